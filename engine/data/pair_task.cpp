// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/pair_task.h"

#include <algorithm>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"

namespace learnscope {
namespace {

constexpr std::uint64_t splitStream = 1;

}  // namespace

PairTask::PairTask(OperationTable operation, std::uint64_t seed, int trainCount, bool allowFull,
                   const std::string& pointer)
    : operation_(std::move(operation)), seed_(seed) {
  const int m = order();
  const auto pairs = static_cast<std::size_t>(m) * static_cast<std::size_t>(m);
  left_.reserve(pairs);
  right_.reserve(pairs);
  target_.reserve(pairs);
  for (const std::int64_t pair : RandomStream(seed, splitStream).shuffled(pairs)) {
    left_.push_back(static_cast<std::int32_t>(pair / m));
    right_.push_back(static_cast<std::int32_t>(pair % m));
    target_.push_back(operation_(left_.back(), right_.back()));
  }
  setTrainCount(trainCount, allowFull, pointer);
}

void PairTask::setTrainCount(int n, bool allowFull, const std::string& pointer) {
  const int largest = allowFull ? pairCount() : pairCount() - 1;
  if (n < order() || n > largest)
    throw ConfigError(pointer, std::to_string(n),
                      "training pairs must be between M and M^2 - 1 (here " + std::to_string(order()) + ".." +
                          std::to_string(largest) + ")");
  trainCount_ = n;
  classCounts_.assign(static_cast<std::size_t>(order()), 0);
  for (const std::int32_t y : trainTarget()) ++classCounts_[static_cast<std::size_t>(y)];
}

std::vector<std::uint8_t> PairTask::trainMask() const {
  std::vector<std::uint8_t> mask(target_.size());
  for (std::size_t i = 0; i < trainSize(); ++i) mask[static_cast<std::size_t>(left_[i] * order() + right_[i])] = 1;
  return mask;
}

int PairTask::countFor(double c, int order) { return static_cast<int>(std::lround(c * order * std::log(order))); }

}  // namespace learnscope
