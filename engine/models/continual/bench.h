// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/data/task_stream.h"
#include "engine/models/continual/options.h"
#include "engine/models/continual/replay_memory.h"
#include "engine/models/feed_forward.h"

namespace learnscope::continual {

inline constexpr int mostBatch = 1024;  ///< samples of one pass

/// Samples gathered for a pass; at most mostBatch.
struct Batch {
  int count = 0;
  AlignedVector<float> x;
  std::vector<int> y, task;
  std::vector<SampleRef> refs;
};

/// What a step minimised.
struct LossParts {
  double fresh = 0;      ///< mean loss of the new batch
  double stability = 0;  ///< of the memory, penalty or distillation part
};

/// The network in training and all that a method may use: weights, gradients, data, memory, random streams of its own.
class Bench {
 public:
  Bench(std::shared_ptr<const TaskStream> stream, Scenario scenario, const Architecture& architecture,
        std::uint64_t seed, const ReplayMemory& replay);

  const TaskStream& stream() const { return *stream_; }
  const std::shared_ptr<const TaskStream>& sharedStream() const { return stream_; }
  const FeedForwardShape& shape() const { return pass.shape(); }
  long size() const { return static_cast<long>(shape().size()); }
  const Samples& train(int of) const { return *stream_->tasks[static_cast<std::size_t>(of)].train; }
  /// The classes that a sample of a task is judged among: one row a task [tasks, classes], 1 where it takes part;
  /// empty if all do.
  const unsigned char* masks() const { return masks_.empty() ? nullptr : masks_.data(); }

  /// Fills a batch from its refs.
  void gather(Batch& batch) const;
  /// `count` samples of a task's training set, with replacement.
  void drawTask(int task, int count, RandomStream& random, Batch& batch) const;
  /// `count` items of the memory, with replacement; `items` says which.
  void drawMemory(int count, Batch& batch, std::vector<int>& items);
  /// A pass of training: a normalised net goes by the batch's statistics and moves its running ones. All other passes
  /// go by the latter.
  void forward(const Batch& batch);
  /// Mean cross entropy of a batch in training; gradient = its gradient. Leaves the activities of the pass.
  double crossEntropy(const Batch& batch, float* gradient);
  /// The same in pieces, for any number of refs; `gradient` is overwritten.
  double crossEntropyOf(const std::vector<SampleRef>& refs, float* gradient);

  AlignedVector<float> theta, velocity;
  AlignedVector<float> fresh;      ///< gradient of the new batch's loss
  AlignedVector<float> stability;  ///< gradient of what holds the old tasks
  AlignedVector<float> total;      ///< both, as the method joins them; see followed()
  AlignedVector<float> scratch;
  FeedForwardPass pass;
  ReplayMemory memory;
  MethodOptions method;
  TrainingOptions training;
  RandomStream batches, replay, noise;
  /// Nothing holds the old tasks in this step: stability = 0.
  void followFresh();
  /// Something will; total starts as the new batch's gradient.
  void holdFresh();
  /// What the optimizer follows: `total`, or `fresh` where nothing holds the old tasks.
  AlignedVector<float>& followed() { return held ? total : fresh; }
  /// Passes of training go by the running statistics too and leave them.
  bool fixedStatistics = false;
  /// stability is being set, so it counts until the next followFresh().
  bool held = true;
  Batch batch;                      ///< the step's new samples
  std::vector<float> batchLogits;   ///< of `batch`, before the update
  int task = 0;                     ///< being trained
  std::vector<int> finished;        ///< tasks that have ended at least once, in order, without repetition
  std::int64_t backpropagated = 0;  ///< samples so far

 private:
  std::shared_ptr<const TaskStream> stream_;
  std::vector<unsigned char> masks_;
  Batch piece_;
  AlignedVector<float> pieceGradient_;
};

}  // namespace learnscope::continual
