// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/models/continual/method.h"

namespace learnscope::continual {

/// A stretch of training on one task.
struct Segment {
  int task = 0;
  std::int64_t iterations = 0;
  bool operator==(const Segment&) const = default;
};

/// Extra samples of old tasks mixed half and half into the next steps.
struct Rehearsal {
  std::int64_t steps = 0;
  int label = -1;  ///< one class alone; -1: all
};

/// Norms of the gradient's two parts at the last step, before they are mixed.
struct GradientSplit {
  double fresh = 0, stability = 0;
  double cosine = 0;  ///< NaN where one of them is 0
};

/// One network that learns a schedule of tasks by one method, a step at a time.
class Learner {
 public:
  Learner(std::shared_ptr<const TaskStream> stream, Scenario scenario, const Architecture& architecture,
          std::vector<Segment> schedule, const MethodOptions& method, const TrainingOptions& training,
          const ReplayMemory& memory, std::uint64_t seed);

  /// One update. Throws NumericError, leaving all as before, when loss or gradient is not finite.
  void step();
  std::int64_t steps() const { return steps_; }

  Bench& bench() { return bench_; }
  const Bench& bench() const { return bench_; }
  const Method& method() const { return *method_; }
  const LossParts& loss() const { return loss_; }
  const GradientSplit& split() const { return split_; }

  const std::vector<Segment>& schedule() const { return schedule_; }
  /// The segment whose step was the last (or comes first), and how many steps it has had.
  std::size_t segment() const { return segment_; }
  std::int64_t segmentStep() const { return segmentStep_; }
  /// True just after a segment's last step.
  bool atSegmentEnd() const { return ended_; }
  /// Share of a drift that has passed, 0..1.
  double driftPlace() const;

  /// Other options from the next step on; a method of another kind starts without what the old one kept, but with its
  /// memory.
  void setOptions(const MethodOptions& method, const TrainingOptions& training);
  void setMemory(int capacity, MemoryPolicy policy);
  void freeze(int layer, bool frozen);
  bool frozen(int layer) const { return frozen_[static_cast<std::size_t>(layer)]; }
  void warmUp(std::int64_t steps);
  void rehearse(const Rehearsal& rehearsal) { rehearsal_ = rehearsal; }
  void resetOptimizer();
  /// Other batches, replayed samples, noise and places in memory.
  void redraw(std::int64_t draw);
  /// Ends the present segment now. False at the schedule's end.
  bool jump();
  /// Inserts a segment now; the present one goes on afterwards.
  void visit(const Segment& segment);
  /// The next two segments change places. False if there are not two.
  bool swapNext();

  State save() const;
  void load(const State& state);

 private:
  void beginSegment(std::size_t segment);
  void endSegment();
  void drawBatch();
  void mixRehearsal();
  double rate() const;
  void storeLogits(int firstItem);

  Bench bench_;
  std::unique_ptr<Method> method_;
  std::vector<Segment> schedule_;
  std::vector<bool> frozen_;
  RandomStream storage_;
  Rehearsal rehearsal_;
  Batch rehearsed_;
  LossParts loss_;
  GradientSplit split_;
  std::int64_t steps_ = 0, segmentStep_ = 0, warmUpLeft_ = 0, warmUpLength_ = 0;
  std::size_t segment_ = 0;
  bool ended_ = false, begun_ = false;
};

}  // namespace learnscope::continual
