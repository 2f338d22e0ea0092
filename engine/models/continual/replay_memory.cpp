// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/continual/replay_memory.h"

#include <algorithm>
#include <map>

namespace learnscope::continual {

std::span<const float> ReplayMemory::logits(int item) const {
  const auto width = static_cast<std::size_t>(classes_);
  return std::span(logits_).subspan(static_cast<std::size_t>(item) * width, width);
}

void ReplayMemory::setLogits(int item, std::span<const float> logits) {
  std::copy(logits.begin(), logits.end(), logits_.begin() + static_cast<std::ptrdiff_t>(item) * classes_);
}

std::size_t ReplayMemory::bytes(int inputs) const {
  return items_.size() * (static_cast<std::size_t>(inputs + classes_) * sizeof(float) + 2 * sizeof(int));
}

void ReplayMemory::put(std::size_t place, SampleRef sample, int label, std::span<const float> logits) {
  if (place == items_.size()) {
    items_.emplace_back();
    labels_.emplace_back();
    logits_.resize(logits_.size() + static_cast<std::size_t>(classes_));
  }
  items_[place] = sample;
  labels_[place] = label;
  setLogits(static_cast<int>(place), logits);
}

void ReplayMemory::keep(const std::vector<std::int64_t>& places) {
  const ReplayMemory before = *this;
  items_.clear();
  labels_.clear();
  logits_.clear();
  for (const std::int64_t place : places) {
    const auto i = static_cast<std::size_t>(place);
    put(items_.size(), before.items_[i], before.labels_[i], before.logits(static_cast<int>(place)));
  }
}

void ReplayMemory::setCapacity(int capacity, RandomStream& random) {
  capacity_ = capacity;
  if (size() <= capacity) return;
  std::vector<std::int64_t> places = random.shuffled(items_.size());
  places.resize(static_cast<std::size_t>(capacity));
  std::sort(places.begin(), places.end());
  keep(places);
}

void ReplayMemory::offer(SampleRef sample, int label, std::span<const float> logits, RandomStream& random) {
  const auto n = static_cast<std::uint64_t>(offered_++);
  if (policy_ == MemoryPolicy::Refill || capacity_ == 0) return;
  if (size() < capacity_) return put(items_.size(), sample, label, logits);
  if (policy_ == MemoryPolicy::Reservoir) {
    const std::uint64_t place = random.below(n + 1);
    if (place < static_cast<std::uint64_t>(capacity_)) put(place, sample, label, logits);
    return;
  }
  std::map<int, std::vector<std::size_t>> byClass;
  for (std::size_t i = 0; i < labels_.size(); ++i) byClass[labels_[i]].push_back(i);
  const auto largest = std::max_element(byClass.begin(), byClass.end(),
                                        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  const std::size_t victim = largest->second[random.below(largest->second.size())];
  if (byClass[label].size() < largest->second.size() || label == largest->first) put(victim, sample, label, logits);
}

int ReplayMemory::refill(int task, int samples, RandomStream& random) {
  std::map<int, std::vector<std::int64_t>> byTask;
  for (std::size_t i = 0; i < items_.size(); ++i)
    if (items_[i].task != task) byTask[items_[i].task].push_back(static_cast<std::int64_t>(i));
  const std::size_t share = static_cast<std::size_t>(capacity_) / (byTask.size() + 1);
  std::vector<std::int64_t> kept;
  for (const auto& [other, places] : byTask) {
    std::vector<std::int64_t> order = random.shuffled(places.size());
    order.resize(std::min(order.size(), share));
    for (const std::int64_t place : order) kept.push_back(places[static_cast<std::size_t>(place)]);
  }
  keep(kept);
  const int first = size();
  const std::vector<std::int64_t> fresh = random.shuffled(static_cast<std::size_t>(samples));
  const std::vector<float> none(static_cast<std::size_t>(classes_), 0.0F);
  for (std::size_t i = 0; i < std::min(share, fresh.size()); ++i)
    put(items_.size(), {task, static_cast<int>(fresh[i])}, -1, none);
  return first;
}

void ReplayMemory::draw(int count, RandomStream& random, std::vector<int>& items) const {
  items.clear();
  for (int i = 0; i < count; ++i) items.push_back(static_cast<int>(random.below(items_.size())));
}

std::vector<int> ReplayMemory::itemsOf(int task) const {
  std::vector<int> found;
  for (int i = 0; i < size(); ++i)
    if (items_[static_cast<std::size_t>(i)].task == task) found.push_back(i);
  return found;
}

State ReplayMemory::save() const {
  State state;
  std::vector<std::int32_t> rows;
  for (std::size_t i = 0; i < items_.size(); ++i)
    rows.insert(rows.end(), {items_[i].task, items_[i].index, labels_[i]});
  state.put("items", Array::from<std::int32_t>(rows, {size(), 3}));
  state.put("logits", Array::from<float>(logits_, {size(), classes_}));
  const std::vector<std::int64_t> counters{offered_, capacity_, static_cast<std::int64_t>(policy_)};
  state.put("counters", Array::vector<std::int64_t>(counters));
  return state;
}

void ReplayMemory::load(const State& state) {
  const auto rows = state.get("items").as<std::int32_t>();
  const auto saved = state.get("logits").as<float>();
  const auto counters = state.get("counters").as<std::int64_t>();
  items_.clear();
  labels_.clear();
  for (std::size_t i = 0; i + 2 < rows.size(); i += 3) {
    items_.push_back({rows[i], rows[i + 1]});
    labels_.push_back(rows[i + 2]);
  }
  logits_.assign(saved.begin(), saved.end());
  offered_ = counters[0];
  capacity_ = static_cast<int>(counters[1]);
  policy_ = static_cast<MemoryPolicy>(counters[2]);
}

}  // namespace learnscope::continual
