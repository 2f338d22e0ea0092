// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/pair_task.h"

namespace learnscope {

/// Pairs and their targets, sorted by left (stable): rows of W that belong together are then read and written together.
struct PairRows {
  std::vector<std::int32_t> left, right, target;
  int count() const { return static_cast<int>(left.size()); }
};

/// Which training pairs the next step sees: all, or consecutive pieces of the shuffle of stream 1000 + epoch. A rest
/// smaller than the batch is left out. Allocates only when the task or the batch size changes.
class BatchOrder {
 public:
  /// The place in the data order; all of it is state.
  struct Position {
    std::int64_t epoch = 0;   ///< shuffles drawn so far
    std::int64_t offset = 0;  ///< pairs of the present shuffle already used
    bool shuffled = false;    ///< a shuffle is under way
  };

  BatchOrder(const PairTask& task, std::uint64_t seed, int batch);
  void setTask(const PairTask& task);
  void setBatch(int batch);
  /// The whole training set.
  const PairRows& all() const { return all_; }
  /// The next batch; moves on. With batch 0, all().
  const PairRows& next();
  const Position& position() const { return position_; }
  /// Goes to a position of before (undo of next(), resume).
  void setPosition(const Position& position);

 private:
  void shuffle();

  std::uint64_t seed_;
  int order_ = 0;
  int batch_ = 0;
  Position position_;
  std::int64_t drawnEpoch_ = -1;                     ///< the epoch of permutation_
  std::vector<std::int32_t> left_, right_, target_;  ///< in the task's order
  std::vector<std::int32_t> permutation_, start_;
  PairRows all_, rows_;
};

}  // namespace learnscope
