// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/random_stream.h"
#include "engine/core/state.h"

namespace learnscope::continual {

/// A stored sample: which of which task's training samples. Pixels are not copied.
struct SampleRef {
  int task = 0, index = 0;
  bool operator==(const SampleRef&) const = default;
};

/// How a memory is filled. Refill: at the end of a task, capacity / k random samples of each of the k tasks so far.
/// Reservoir: the n-th item of the stream (n = 0, 1, ...) is stored while there is room, else at j = U{0..n} if j <
/// capacity. Balanced: while full, an item of another class replaces a random one of the largest class.
enum class MemoryPolicy { Refill, Reservoir, Balanced };

/// Samples kept for replay, each with the logits that the net gave when it was stored.
class ReplayMemory {
 public:
  ReplayMemory() = default;
  ReplayMemory(MemoryPolicy policy, int capacity, int classes)
      : policy_(policy), capacity_(capacity), classes_(classes) {}

  MemoryPolicy policy() const { return policy_; }
  void setPolicy(MemoryPolicy policy) { policy_ = policy; }
  int capacity() const { return capacity_; }
  /// A smaller capacity drops items at random.
  void setCapacity(int capacity, RandomStream& random);
  int size() const { return static_cast<int>(items_.size()); }
  const std::vector<SampleRef>& items() const { return items_; }
  std::span<const float> logits(int item) const;
  void setLogits(int item, std::span<const float> logits);
  /// x, y, task and logits, as a device would have to keep them.
  std::size_t bytes(int inputs) const;

  /// One item of the stream, for the policies Reservoir and Balanced; `label` is its class.
  void offer(SampleRef sample, int label, std::span<const float> logits, RandomStream& random);
  /// For the policy Refill: keeps a random share of each stored task and takes as many of `task`, which has `samples`
  /// training samples. Their logits are 0 until setLogits(). Returns the first new item.
  int refill(int task, int samples, RandomStream& random);
  /// `count` items, each any of the memory with equal chance (with replacement).
  void draw(int count, RandomStream& random, std::vector<int>& items) const;
  std::vector<int> itemsOf(int task) const;

  State save() const;
  void load(const State& state);

 private:
  void put(std::size_t place, SampleRef sample, int label, std::span<const float> logits);
  void keep(const std::vector<std::int64_t>& places);

  MemoryPolicy policy_ = MemoryPolicy::Refill;
  int capacity_ = 0, classes_ = 0;
  std::int64_t offered_ = 0;
  std::vector<SampleRef> items_;
  std::vector<int> labels_;  ///< of each item; -1 where refilled
  std::vector<float> logits_;
};

}  // namespace learnscope::continual
