// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "engine/core/recorder.h"
#include "engine/models/continual/evaluator.h"
#include "engine/models/continual/learner.h"

namespace learnscope::forgetting {

/// The plane of weights through three anchors: a the weights at a task's start, b those at its end, found by training a
/// copy ahead, c those that joint training on all tasks so far ends with (in the first task: those after the next one).
/// u = b - a normalised, v = c - a made orthogonal to u and normalised. Places on it are in units of |b - a|.
class Landscape {
 public:
  Landscape() = default;
  /// Trains ahead from the state of `learner`, which stands at a segment's start. Throws Cancelled.
  Landscape(const continual::Learner& learner, Scenario scenario, const continual::Architecture& architecture,
            std::uint64_t seed);

  bool empty() const { return origin_.empty(); }
  /// Place of weights on the plane, and their distance from it.
  std::array<double, 3> place(const AlignedVector<float>& theta) const;
  /// The tasks of the two sheets.
  const std::vector<int>& oldTasks() const { return oldTasks_; }
  const std::vector<int>& newTasks() const { return newTasks_; }
  /// Computes sheets, anchors and line, and records them.
  void record(continual::Evaluator evaluator, Recorder& recorder) const;
  /// Low and high place that the sheets span, by axis.
  std::array<double, 2> range(int axis) const { return range_[static_cast<std::size_t>(axis)]; }

  State save() const;
  void load(const State& state);

 private:
  void setAxes(const AlignedVector<float>& b, const AlignedVector<float>& c);
  void at(double x, double y, AlignedVector<float>& theta) const;

  AlignedVector<float> origin_, u_, v_;  ///< the latter two without running statistics
  double unit_ = 1;
  std::array<double, 2> third_{};  ///< place of c
  std::array<std::array<double, 2>, 2> range_{};
  std::vector<int> oldTasks_, newTasks_;
};

/// Mean loss of some tasks as a height, log10, within 0.001..30.
double lossHeight(continual::Evaluator& evaluator, const AlignedVector<float>& theta, const std::vector<int>& tasks);

}  // namespace learnscope::forgetting
