// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "engine/core/state.h"

namespace learnscope {

/// One evaluation of a learner of many tasks.
struct ContinualEvaluation {
  std::int64_t step = 0;        ///< updates made
  int current = 0;              ///< task that is being trained
  bool endsSegment = false;     ///< the last update of a stretch on `current`
  std::vector<float> accuracy;  ///< by task, in [0, 1]; NaN where not seen yet
};

/// What happened to one earlier task during one later stretch of training.
struct StabilityGap {
  int task = 0;
  std::size_t segment = 0;  ///< the later stretch
  double before = 0;        ///< accuracy at the last evaluation before it
  double minimum = 0;       ///< over its evaluations
  double onsetMinimum = 0;  ///< over those of its first max(20, tenth) updates, judged when it has ended
  double end = 0;           ///< at its last evaluation so far
  std::int64_t minimumStep = 0;
  std::int64_t recovery90 = -1;  ///< updates from the minimum to minimum + 0.9 (end - minimum); -1: not ended
  double area = 0;               ///< sum over n of max(0, end - A_n) times updates between evaluations; of an ended one
  bool ended = false;
  double depth() const { return before - minimum; }
  double onsetDepth() const { return before - onsetMinimum; }
  double recovery() const { return end - minimum; }
};

/// Measures of continual evaluation (De Lange et al. 2023, arXiv 2205.13452, section 3; Lopez-Paz & Ranzato 2017;
/// Chaudhry et al. 2018, 2019). k tasks have been seen; what is undefined is NaN.
///
/// A task's minimum runs from the end of its first stretch, leaving out evaluations while it is trained again; a task's
/// windows of WF and WP begin with its first evaluation.
class ContinualMetrics {
 public:
  ContinualMetrics() = default;
  explicit ContinualMetrics(int tasks);

  void observe(const ContinualEvaluation& evaluation);
  /// The stretch ended at the last evaluation, as is known only now; nothing if it is known already.
  void endNow();
  /// Accuracy of a task before its first update, and at the network's initial weights: for FWT and LCA.
  void before(int task, double accuracy) { before_[at(task)] = accuracy; }
  void untrained(int task, double accuracy) { untrained_[at(task)] = accuracy; }

  const std::vector<ContinualEvaluation>& history() const { return history_; }
  int tasks() const { return static_cast<int>(minimum_.size()); }
  bool seen(int task) const { return seen_[at(task)]; }
  /// (1/k) sum A_i.
  double averageAccuracy() const;
  /// Mean over earlier tasks of (A at the end of the last stretch on it) - A now.
  double forgetting() const;
  /// Mean over earlier tasks of the minimum since their first stretch ended.
  double minimumAccuracy() const;
  double minimumOf(int task) const { return minimum_[at(task)]; }
  /// A_current / k + (1 - 1/k) minimumAccuracy(); the accuracy itself for k = 1.
  double worstCaseAccuracy() const;
  /// Mean over seen tasks of the largest drop (rise) between two evaluations of one window of `w` evaluations, w = 10
  /// or 100; at least 0.
  double windowedForgetting(int w) const;
  double windowedPlasticity(int w) const;
  /// Mean over evaluations of averageAccuracy().
  double averageAnytimeAccuracy() const;
  /// Mean over trained tasks of the mean accuracy of a task over b = 0..10 evaluations into its first stretch.
  double learningCurveArea() const;
  /// From the table of accuracies at the ends of stretches: mean a_last,i - a_i,i; mean of (largest earlier a_j,i) -
  /// a_last,i; mean of (accuracy before the first update) - (accuracy of the initial weights).
  double backwardTransfer() const;
  double chaudhryForgetting() const;
  double forwardTransfer() const;
  /// Accuracies at the ends of stretches [stretches][tasks], NaN where not seen.
  const std::vector<std::vector<float>>& endTable() const { return endTable_; }
  /// (A - chance) / (A at the end of the last stretch - chance); NaN while trained or before.
  double retention(int task, double chance) const;
  /// Updates since the last stretch on a task ended; -1 while trained or before.
  std::int64_t sinceEnd(int task) const;
  /// Retention against updates since the end, of the last exposure that was followed by another task.
  void retentionCurve(int task, double chance, std::vector<double>& tau, std::vector<double>& retention) const;

  /// All (earlier task, later stretch) pairs so far.
  const std::vector<StabilityGap>& gaps() const { return gaps_; }
  double meanGapDepth() const;
  double meanGapRecovery() const;

  State save() const;
  void load(const State& state);

 private:
  static std::size_t at(int task) { return static_cast<std::size_t>(task); }
  void followWindows(const ContinualEvaluation& evaluation);
  void followGaps(const ContinualEvaluation& evaluation, bool begins);
  void closeGaps();
  void endSegment(const ContinualEvaluation& evaluation);
  double meanOfEarlier(const std::vector<double>& values) const;

  std::vector<ContinualEvaluation> history_;
  std::vector<bool> seen_, ended_;
  std::vector<double> minimum_, endValue_, before_, untrained_;
  std::vector<double> drop10_, drop100_, rise10_, rise100_;
  std::vector<double> early_;  ///< sum of accuracies of the first evaluations of a task
  std::vector<int> earlyCount_;
  std::vector<std::int64_t> endStep_;
  std::vector<StabilityGap> gaps_;
  std::vector<std::vector<float>> endTable_;
  std::vector<int> endTask_;
  std::size_t segment_ = 0, segmentStart_ = 0;  ///< segmentStart_: index of its first evaluation
  double anytime_ = 0;
};

}  // namespace learnscope
