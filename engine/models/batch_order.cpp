// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/batch_order.h"

#include <algorithm>
#include <numeric>

#include "engine/core/random_stream.h"

namespace learnscope {
namespace {

using Indices = std::vector<std::int32_t>;

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

void resize(PairRows& rows, std::size_t n) {
  rows.left.resize(n);
  rows.right.resize(n);
  rows.target.resize(n);
}

// Stable counting sort of the chosen pairs by left; `start` is work space of M + 1 entries.
void sortByLeft(const Indices& left, const Indices& right, const Indices& target, std::span<const std::int32_t> chosen,
                Indices& start, PairRows& rows) {
  std::fill(start.begin(), start.end(), 0);
  for (const std::int32_t i : chosen) ++start[at(left[at(i)] + 1)];
  std::partial_sum(start.begin(), start.end(), start.begin());
  for (const std::int32_t i : chosen) {
    const std::size_t place = at(start[at(left[at(i)])]++);
    rows.left[place] = left[at(i)];
    rows.right[place] = right[at(i)];
    rows.target[place] = target[at(i)];
  }
}

}  // namespace

BatchOrder::BatchOrder(const PairTask& task, std::uint64_t seed, int batch) : seed_(seed), batch_(batch) {
  setTask(task);
}

void BatchOrder::setTask(const PairTask& task) {
  order_ = task.order();
  left_.assign(task.trainLeft().begin(), task.trainLeft().end());
  right_.assign(task.trainRight().begin(), task.trainRight().end());
  target_.assign(task.trainTarget().begin(), task.trainTarget().end());
  const std::size_t n = left_.size();
  start_.assign(at(order_ + 1), 0);
  permutation_.resize(n);
  std::iota(permutation_.begin(), permutation_.end(), 0);
  resize(all_, n);
  sortByLeft(left_, right_, target_, permutation_, start_, all_);
  position_.shuffled = false;
  position_.offset = 0;
  drawnEpoch_ = -1;
  setBatch(batch_);
}

void BatchOrder::setBatch(int batch) {
  batch_ = batch;
  resize(rows_, std::min(at(batch), left_.size()));
}

void BatchOrder::shuffle() {
  const std::int64_t epoch = position_.epoch - 1;
  if (drawnEpoch_ == epoch) return;
  // RandomStream::shuffled without its allocation.
  RandomStream random(seed_, 1000 + static_cast<std::uint64_t>(epoch));
  std::iota(permutation_.begin(), permutation_.end(), 0);
  for (std::size_t i = permutation_.size(); i-- > 1;) std::swap(permutation_[i], permutation_[random.below(i + 1)]);
  drawnEpoch_ = epoch;
}

const PairRows& BatchOrder::next() {
  if (batch_ == 0) return all_;
  const std::size_t count = rows_.left.size();
  if (!position_.shuffled || static_cast<std::size_t>(position_.offset) + count > left_.size()) {
    ++position_.epoch;
    position_.offset = 0;
    position_.shuffled = true;
  }
  shuffle();
  const std::span<const std::int32_t> chosen(permutation_.data() + position_.offset, count);
  position_.offset += static_cast<std::int64_t>(count);
  sortByLeft(left_, right_, target_, chosen, start_, rows_);
  return rows_;
}

void BatchOrder::setPosition(const Position& position) { position_ = position; }

}  // namespace learnscope
