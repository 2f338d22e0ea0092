// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/data/operation_table.h"

namespace learnscope {

/// All M^2 pairs (a, b) with their target y = a*b in the order of one shuffle (stream 1); the first n are the training
/// set, the rest the test set. Changing n keeps the shuffle, so data are swapped in or out at its border.
class PairTask {
 public:
  /// Throws ConfigError at `pointer` unless M <= n <= M^2 - 1 (n = M^2 only with `allowFull`: no test set).
  PairTask(OperationTable operation, std::uint64_t seed, int trainCount, bool allowFull = false,
           const std::string& pointer = "/n");

  const OperationTable& operation() const { return operation_; }
  /// M.
  int order() const { return operation_.order(); }
  /// M^2.
  int pairCount() const { return static_cast<int>(target_.size()); }
  /// n.
  int trainCount() const { return trainCount_; }
  int testCount() const { return pairCount() - trainCount_; }
  std::uint64_t seed() const { return seed_; }
  /// Same checks as the constructor.
  void setTrainCount(int n, bool allowFull = false, const std::string& pointer = "/n");

  /// All M^2 entries in shuffled order.
  std::span<const std::int32_t> left() const { return left_; }
  std::span<const std::int32_t> right() const { return right_; }
  std::span<const std::int32_t> target() const { return target_; }
  std::span<const std::int32_t> trainLeft() const { return left().first(trainSize()); }
  std::span<const std::int32_t> trainRight() const { return right().first(trainSize()); }
  std::span<const std::int32_t> trainTarget() const { return target().first(trainSize()); }
  /// n_c: training pairs of each class c [M].
  const std::vector<std::int32_t>& classCounts() const { return classCounts_; }
  /// [M*M], entry a*M + b: 1 if the pair is in the training set.
  std::vector<std::uint8_t> trainMask() const;

  /// round(c * M * ln M), not clipped.
  static int countFor(double c, int order);

 private:
  std::size_t trainSize() const { return static_cast<std::size_t>(trainCount_); }

  OperationTable operation_;
  std::uint64_t seed_ = 0;
  int trainCount_ = 0;
  std::vector<std::int32_t> left_, right_, target_, classCounts_;
};

}  // namespace learnscope
