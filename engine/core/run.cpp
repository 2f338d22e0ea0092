// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/run.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <random>
#include <stdexcept>

namespace learnscope {
namespace {

constexpr std::size_t cacheLimit = 256U << 20U;

bool sameBits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

bool sameContent(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

/// Keeps the arrays used last alive, up to a number of bytes.
class Keeper {
 public:
  void keep(std::shared_ptr<const Array> array) {
    const std::lock_guard lock(mutex_);
    bytes_ += array->bytes();
    kept_.push_back(std::move(array));
    while (bytes_ > cacheLimit && kept_.size() > 1) {
      bytes_ -= kept_.front()->bytes();
      kept_.pop_front();
    }
  }

 private:
  std::mutex mutex_;
  std::deque<std::shared_ptr<const Array>> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace

struct Run::Impl {
  // Filled before the run is shared, so that looking up a series needs no lock.
  std::map<std::string, ScalarSeries, std::less<>> scalars;
  std::map<std::string, AppendOnly<ArrayEntry>, std::less<>> arrays;
  mutable std::mutex mutex;  // of what follows
  std::vector<Event> events;
  std::vector<JournalEntry> journal;
  std::vector<CheckpointInfo> checkpoints;
  RunLabel label;
  std::string message;
  std::vector<std::shared_ptr<const Array>> unstored;  // all arrays of a run without a store
  mutable Keeper keeper;
};

std::string_view runStateName(RunState state) {
  switch (state) {
    case RunState::Created:
      return "created";
    case RunState::Running:
      return "running";
    case RunState::Paused:
      return "paused";
    case RunState::Finished:
      return "finished";
    case RunState::Diverged:
      return "diverged";
    case RunState::Failed:
      return "failed";
    case RunState::Interrupted:
      return "interrupted";
  }
  return "";
}

Run::Run(RunInfo info, Description description, std::shared_ptr<RunStore> store)
    : info_(std::move(info)),
      description_(std::move(description)),
      store_(std::move(store)),
      impl_(std::make_unique<Impl>()) {
  if (!description_.measure("wallTime"))
    description_.measures.push_back({.id = "wallTime",
                                     .title = LS_TR("Wall time"),
                                     .doc = LS_TR("Seconds of training and measuring so far."),
                                     .unit = "s"});
  for (const Measure& measure : description_.measures)
    measure.kind == MeasureKind::Scalar ? void(impl_->scalars[measure.id]) : void(impl_->arrays[measure.id]);
  impl_->label = info_.label;
  targetSteps_ = info_.steps;
  lastStep_ = info_.forkStep;
}

Run::~Run() = default;

RunLabel Run::label() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->label;
}

std::string Run::stateMessage() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->message;
}

const ScalarSeries& Run::scalars(const std::string& measure) const {
  static const ScalarSeries nothing;
  const auto found = impl_->scalars.find(measure);
  return found == impl_->scalars.end() ? nothing : found->second;
}

const AppendOnly<ArrayEntry>& Run::arrays(const std::string& measure) const {
  static const AppendOnly<ArrayEntry> nothing;
  const auto found = impl_->arrays.find(measure);
  return found == impl_->arrays.end() ? nothing : found->second;
}

std::shared_ptr<const Array> Run::arrayInMemory(const std::string& measure, std::int64_t step) const {
  const auto& entries = arrays(measure);
  const std::ptrdiff_t index = indexAt(entries, step);
  return index < 0 ? nullptr : entries[static_cast<std::size_t>(index)].data.load().lock();
}

std::shared_ptr<const Array> Run::loadArray(const std::string& measure, std::int64_t step) const {
  const auto& entries = arrays(measure);
  const std::ptrdiff_t index = indexAt(entries, step);
  if (index < 0) return nullptr;
  const ArrayEntry& entry = entries[static_cast<std::size_t>(index)];
  if (auto data = entry.data.load().lock()) return data;
  if (!store_) return nullptr;
  store_->flush();
  auto data = std::make_shared<const Array>(store_->loadArray(measure, entry.step));
  entry.data.store(data);
  impl_->keeper.keep(data);
  return data;
}

std::vector<Event> Run::events() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->events;
}

bool Run::hasRecorded(const std::string& event) const {
  const std::lock_guard lock(impl_->mutex);
  return std::any_of(impl_->events.begin(), impl_->events.end(), [&](const Event& e) { return e.id == event; });
}

std::vector<JournalEntry> Run::journal() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->journal;
}

std::vector<CheckpointInfo> Run::checkpoints() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->checkpoints;
}

std::vector<std::string> Run::recordedScalars() const {
  std::vector<std::string> names;
  for (const auto& [name, series] : impl_->scalars)
    if (!series.empty()) names.push_back(name);
  return names;
}

std::vector<std::string> Run::recordedArrays() const {
  std::vector<std::string> names;
  for (const auto& [name, entries] : impl_->arrays)
    if (!entries.empty()) names.push_back(name);
  return names;
}

void Run::addScalar(std::string_view measure, ScalarPoint point) {
  const auto found = impl_->scalars.find(measure);
  if (found == impl_->scalars.end()) throw std::logic_error("scalar measure not described: " + std::string(measure));
  ScalarSeries& series = found->second;
  if (!series.empty() && point.step <= series.back().step) {
    const std::ptrdiff_t index = indexAt(series, point.step);
    const bool same = index >= 0 && series[static_cast<std::size_t>(index)].step == point.step &&
                      sameBits(series[static_cast<std::size_t>(index)].value, point.value);
    if (!same && measure != "wallTime") ++replayMismatches_;
    return;
  }
  series.append(point);
  if (store_) store_->scalar(found->first, point);
  ++version_;
}

void Run::addArray(std::string_view measure, std::int64_t step, Array value) {
  const auto found = impl_->arrays.find(measure);
  if (found == impl_->arrays.end()) throw std::logic_error("array measure not described: " + std::string(measure));
  AppendOnly<ArrayEntry>& entries = found->second;
  if (!entries.empty() && step <= entries.back().step) {
    const auto recorded = loadArray(found->first, step);
    if (!recorded || !sameContent(*recorded, value)) ++replayMismatches_;
    return;
  }
  auto data = std::make_shared<const Array>(std::move(value));
  ArrayEntry entry(step);
  entry.data.store(data);
  entries.append(std::move(entry));
  if (store_) {
    impl_->keeper.keep(data);
    store_->array(found->first, step, *data);
  } else {
    const std::lock_guard lock(impl_->mutex);
    impl_->unstored.push_back(std::move(data));
  }
  ++version_;
}

void Run::addEvent(Event event) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (std::find(impl_->events.begin(), impl_->events.end(), event) != impl_->events.end()) return;
    impl_->events.push_back(event);
  }
  if (store_) store_->event(event);
  ++version_;
}

void Run::addJournal(JournalEntry entry) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->journal.push_back(entry);
  }
  if (store_) store_->journal(entry);
  ++version_;
}

void Run::addCheckpoint(CheckpointInfo info, const State& state) {
  info.bytes = state.bytes();
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->checkpoints.push_back(info);
  }
  if (store_) store_->checkpoint(info, state);
  ++version_;
}

void Run::setLastStep(std::int64_t step) {
  lastStep_.store(step, std::memory_order_release);
  version_.fetch_add(1, std::memory_order_release);
}

void Run::setState(RunState state, const std::string& message) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->message = message;
  }
  state_ = state;
  if (store_) store_->state(state);
  ++version_;
}

void Run::setLabel(const RunLabel& label) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->label = label;
  }
  if (store_) store_->label(label);
  ++version_;
}

void Run::setTargetSteps(std::int64_t steps) {
  targetSteps_ = steps;
  if (store_) store_->steps(steps);
  ++version_;
}

void Run::fill(Contents contents) {
  for (auto& [name, points] : contents.scalars)
    for (const ScalarPoint& point : points) impl_->scalars[name].append(point);
  for (auto& [name, steps] : contents.arrays)
    for (const std::int64_t step : steps) impl_->arrays[name].append(ArrayEntry(step));
  impl_->events = std::move(contents.events);
  impl_->journal = std::move(contents.journal);
  impl_->checkpoints = std::move(contents.checkpoints);
  lastStep_ = contents.lastStep;
  state_ = contents.state;
  ++version_;
}

std::string newRunId() {
  std::random_device device;
  const std::uint64_t bits = (static_cast<std::uint64_t>(device()) << 32U) | device();
  std::string id(16, '0');
  for (int i = 0; i < 16; ++i) id[static_cast<std::size_t>(i)] = "0123456789abcdef"[(bits >> (4 * i)) & 15U];
  return id;
}

}  // namespace learnscope
