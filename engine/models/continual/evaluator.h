// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/data/task_stream.h"
#include "engine/models/feed_forward.h"

namespace learnscope::continual {

/// What a net knows of one task.
struct TaskScore {
  double accuracy = 0;      ///< among the classes of the scenario
  double taskAccuracy = 0;  ///< among the classes of the task
  double loss = 0;          ///< mean cross entropy among the classes of the scenario
};

/// Judges weights by the tasks' evaluation samples, never touching training: its buffers and its random stream are its
/// own.
class Evaluator {
 public:
  /// Uses the first `samples` evaluation samples of each task, which hold all its classes equally often.
  Evaluator(std::shared_ptr<const TaskStream> stream, Scenario scenario, const FeedForwardShape& shape, int samples,
            std::uint64_t seed);

  TaskScore score(const float* theta, int task);
  int samples() const { return samples_; }
  void setSamples(int samples) { samples_ = samples; }
  /// With `redraw` every score takes a fresh random subset: a demonstration of how noisy that is.
  void setRedraw(bool redraw) { redraw_ = redraw; }
  /// Activity of the last hidden layer for the first samples (at most `count`) that the last score() looked at (of the
  /// last 512, where it took more) [., width].
  std::span<const float> lastFeatures(int count) const;
  /// Activity of the last hidden layer for inputs [count, inputs], count <= 512 [count, width].
  std::span<const float> features(const float* theta, const float* x, int count);
  /// Predicted classes, among those of the scenario, of inputs [count, inputs] taken as `task`'s.
  std::vector<int> predictions(const float* theta, const float* x, int count, int task);
  /// Running statistics of a normalised net at weights that no training led to, in place: those of 512 training
  /// samples, as many of each of `tasks`. Any other net is left alone.
  void estimateStatistics(AlignedVector<float>& theta, const std::vector<int>& tasks);

  std::uint64_t position() const { return random_.position(); }
  void setPosition(std::uint64_t position) { random_.setPosition(position); }

 private:
  std::shared_ptr<const TaskStream> stream_;
  Scenario scenario_;
  FeedForwardPass pass_;
  int samples_;
  bool redraw_ = false;
  RandomStream random_;
  std::vector<unsigned char> masks_;  ///< [tasks, classes]
  std::vector<int> labels_;
  AlignedVector<float> drawn_;
};

}  // namespace learnscope::continual
