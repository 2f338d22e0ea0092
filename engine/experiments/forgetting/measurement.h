// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/config.h"
#include "engine/core/recorder.h"
#include "engine/experiments/forgetting/events.h"
#include "engine/experiments/forgetting/landscape.h"
#include "engine/experiments/forgetting/weight_trail.h"
#include "engine/measures/continual_metrics.h"

namespace learnscope::forgetting {

/// Judges the learner after its updates and records what it finds; never touches training.
class Measurement {
 public:
  Measurement(const Config& config, const continual::Learner& learner, std::uint64_t seed);

  void measure(const continual::Learner& learner, Recorder& recorder);
  /// The present segment was ended by an intervention.
  void segmentEnded(const continual::Learner& learner);
  void setRedraw(bool redraw) { evaluator_.setRedraw(redraw); }
  const ContinualMetrics& metrics() const { return metrics_; }

  State save() const;
  void load(const State& state);

 private:
  void atStart(const continual::Learner& learner, std::vector<continual::TaskScore>& scores, Recorder& recorder);
  void evaluate(const continual::Learner& learner, std::vector<continual::TaskScore>& scores, Recorder& recorder);
  ContinualEvaluation judge(const continual::Learner& learner, std::vector<continual::TaskScore>& scores);
  void recordScores(const std::vector<continual::TaskScore>& scores, Recorder& recorder) const;
  void recordSummary(Recorder& recorder) const;
  void recordTraining(const continual::Learner& learner, Recorder& recorder) const;
  void recordBall(const continual::Learner& learner, const std::vector<continual::TaskScore>& scores,
                  Recorder& recorder);
  void recordEnd(const continual::Learner& learner, Recorder& recorder);
  void recordPath(const continual::Learner& learner, Recorder& recorder);
  void recordPictures(const continual::Learner& learner, Recorder& recorder);
  void recordFeatures(const continual::Bench& bench, Recorder& recorder);
  void putFeatures(std::span<const float> features, std::vector<float>& places) const;
  /// Of all shown samples [tasks, shown, 3], NaN where a task was not seen.
  std::vector<float> featurePlaces() const;
  void findAxes();
  /// True if a new plane was laid.
  bool renewLandscape(const continual::Learner& learner, Recorder& recorder);

  Config config_;
  Scenario scenario_;
  std::uint64_t seed_;
  std::shared_ptr<const TaskStream> stream_;
  continual::Evaluator evaluator_;
  ContinualMetrics metrics_;
  EventDetector events_;
  std::vector<double> chance_;
  AlignedVector<float> lastEnd_;  ///< weights at the end of the last segment, at first the initial ones
  Landscape landscape_;
  std::int64_t landscapeSegment_ = -1, landscapeTask_ = -1;
  int shown_;                                 ///< samples of a task whose features are drawn
  std::vector<std::vector<float>> features_;  ///< of each task at the last evaluation
  std::vector<double> featureMean_, featureAxes_;
  std::vector<std::vector<float>> featureTrail_;  ///< featurePlaces() since the axes were found, oldest first
  double featureScale_ = 0, drift_ = 0;
  WeightTrail trail_;
  std::vector<float> ballPath_, ballAccuracy_;  ///< since the plane was laid [points, 4], [points]
};

}  // namespace learnscope::forgetting
