// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "engine/core/config.h"
#include "engine/data/digit_sequences.h"
#include "engine/data/trial_task.h"

namespace learnscope::richlazy {

/// The task that a config names: one of NeuroGym's, or digits read by rows.
class LabTask {
 public:
  /// Throws ConfigError, DataError, IoError. `seed` draws as many glyph digits.
  LabTask(const Config& config, std::uint64_t seed, int glyphs = 4000);
  explicit LabTask(const TrialOptions& options) : trials_(TrialTask(options)) {}

  bool digits() const { return digits_ != nullptr; }
  int inputs() const { return digits_ ? digits_->inputs() : trials_->inputs(); }
  int outputs() const { return digits_ ? DigitSequences::outputs() : TrialTask::outputs(); }
  int steps() const { return digits_ ? digits_->steps() : trials_->steps(); }
  /// True if only the last step is scored (and its outputs alone make the tangent kernel).
  bool lastOnly() const { return digits(); }
  /// The best accuracy that the noise allows; 1 for digits.
  double ceiling() const { return digits_ ? 1 : trials_->idealAccuracy(); }
  /// Stimulus options of a task of trials; null for digits.
  const TrialOptions* options() const { return trials_ ? &trials_->options() : nullptr; }
  void draw(int trials, bool probes, RandomStream& random, TrialBatch& batch) const {
    if (digits_)
      digits_->draw(trials, probes, random, batch);
    else
      trials_->draw(trials, random, batch);
  }
  bool sameKind(const LabTask& other) const {
    return digits() == other.digits() && (digits() || trials_->options().kind == other.trials_->options().kind);
  }

 private:
  std::optional<TrialTask> trials_;
  std::shared_ptr<const DigitSequences> digits_;
};

/// Rows of the tangent kernel of a task.
std::int64_t kernelRows(const LabTask& task, int kernelTrials);

}  // namespace learnscope::richlazy
