// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/core/random_stream.h"

namespace learnscope {

/// TwoAlternative: which of two noisy inputs is stronger. DelayedMatch: is the test the sample seen before the delay.
/// Context: the same of one of two modalities, which a context input names. As in NeuroGym v0.0.1.
enum class TrialKind { TwoAlternative, DelayedMatch, Context };

/// Ids: "2af", "dms", "cxt". Reading throws ConfigError at `pointer` with the nearest known id.
std::string_view idOf(TrialKind kind);
TrialKind trialKindFrom(const std::string& id, const std::string& pointer = "/task");

/// What a trial is made of. Periods are in milliseconds; 0 of stimulus and delay stands for the task's own.
struct TrialOptions {
  TrialKind kind = TrialKind::TwoAlternative;
  int dt = 100;
  int stimulus = 0;  ///< 700 in 2AF, 100 in DMS (sample and test each), 200 in CXT
  int delay = 0;     ///< 500 in DMS and CXT; 2AF has none
  int decision = 100;
  double noise = 0.1;                   ///< standard deviation of the input noise
  std::vector<double> coherences = {};  ///< percent; empty: the task's own
  /// Throws ConfigError with every problem: a period that is no multiple of dt, no decision step, more than 64 steps,
  /// values that are negative or not finite.
  void check() const;
};

/// Trials of one length, time first. Targets are a class a step: 0 (fixate) before the decision, then the choice.
struct TrialBatch {
  int trials = 0, steps = 0, inputs = 0;
  AlignedVector<float> x;              ///< [steps, trials, inputs]
  std::vector<std::int32_t> target;    ///< [steps, trials], or [trials] where only the last step counts
  std::vector<std::int32_t> decision;  ///< [trials]: the target at the last step
  bool lastOnly() const { return steps > 1 && target.size() == decision.size(); }
};

/// Draws trials of one of the tasks.
class TrialTask {
 public:
  explicit TrialTask(TrialOptions options);

  const TrialOptions& options() const { return options_; }
  int inputs() const { return options_.kind == TrialKind::Context ? 7 : 3; }
  static constexpr int outputs() { return 3; }
  int steps() const { return stimulus_ + delay_ + test_ + decision_; }
  int decisionSteps() const { return decision_; }
  const std::vector<double>& coherences() const { return coherences_; }
  /// Share of right choices of an observer who knows the task and integrates all evidence: the mean over coherences C
  /// of Phi(C/100 sqrt(stimulus steps) / (sqrt(2) noise)); 1 in DMS without noise.
  double idealAccuracy() const;
  /// Fills `batch` with `trials` trials; allocates only when the batch grows.
  void draw(int trials, RandomStream& random, TrialBatch& batch) const;

 private:
  void drawTwoAlternative(int trial, RandomStream& random, TrialBatch& batch) const;
  void drawDelayedMatch(int trial, RandomStream& random, TrialBatch& batch) const;
  void drawContext(int trial, RandomStream& random, TrialBatch& batch) const;
  void finish(int trial, int choice, TrialBatch& batch) const;
  float noise(RandomStream& random) const { return static_cast<float>(options_.noise * random.normal()); }

  TrialOptions options_;
  std::vector<double> coherences_;
  int stimulus_ = 0, delay_ = 0, test_ = 0, decision_ = 0;  ///< in steps
};

}  // namespace learnscope
