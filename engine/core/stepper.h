// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/lab.h"
#include "engine/core/run.h"

namespace learnscope {

/// First random stream of interventions: entry i of a journal draws from stream 2*10^9 + i.
inline constexpr std::uint64_t interventionStream = 2'000'000'000;

/// An experiment with its live config, step and place in the journal. The one place that knows the order of things at a
/// step: train, then measure, then commands. Trainers and replays both go through it, so they cannot differ.
class Stepper {
 public:
  /// Builds the experiment at step `forkStep` of its history (0 but for branches).
  Stepper(std::shared_ptr<const Lab> lab, const Config& config, std::uint64_t seed, std::int64_t forkStep,
          const Progress& progress);

  std::int64_t step() const { return step_; }
  const Config& config() const { return config_; }
  std::size_t journalLength() const { return journalLength_; }
  State save() const { return experiment_->save(); }

  /// Continues from a saved state at `step`.
  void load(const State& state, std::int64_t step, std::size_t journalLength);
  /// Trains one step; throws NumericError.
  void train(const Progress& progress);
  /// True if any cadence group is due at this step.
  bool due() const;
  bool due(std::string_view cadence) const { return lab_->due(cadence, config_, step_); }
  void measure(Recorder& recorder) { experiment_->measure(recorder); }
  /// Carries out a `set` or `intervene` that has been checked, as the next entry of the journal.
  void apply(const Json& command);
  /// Sets live parameters without a journal entry (what a branch changed at its fork).
  void change(const Json& values);
  /// Applies the entries of `journal` that belong to this step, as far as `limit` entries in all.
  void applyJournal(const std::vector<JournalEntry>& journal, std::size_t limit);

 private:
  std::shared_ptr<const Lab> lab_;
  Config config_;
  std::uint64_t seed_;
  std::int64_t step_;
  std::size_t journalLength_ = 0;
  std::vector<std::string> cadences_;
  std::unique_ptr<Experiment> experiment_;
};

/// Checks a `set` or `intervene` against the lab and returns it with its arguments completed; throws ConfigError.
Json checkedAction(const Lab& lab, const Config& config, const Json& command);

/// Checks what a branch of `config` changes, live or not, and returns it flattened; throws ConfigError.
Json checkedDifference(const Lab& lab, const Config& config, const Json& difference);

/// The start of a branch: `state` of its parent at `step` under `before`, with `difference` applied. What is not live
/// is built in; throws ConfigError where the state does not load into that.
std::unique_ptr<Stepper> forked(std::shared_ptr<const Lab> lab, const RunInfo& branch, const Config& before,
                                const State& state, const Progress& progress);

/// How many entries of a journal belong to steps before `step`.
std::size_t entriesBefore(const std::vector<JournalEntry>& journal, std::int64_t step);

/// The config at a checkpoint: the run's config with the first `journalLength` entries applied.
Config configAt(const RunInfo& info, const std::vector<JournalEntry>& journal, std::size_t journalLength);

/// Restores the newest checkpoint at or before `step` that has seen at most `journalLimit` journal entries; null if
/// there is none.
std::unique_ptr<Stepper> restore(std::shared_ptr<const Lab> lab, const Run& run, std::int64_t step,
                                 std::size_t journalLimit, const Progress& progress);

/// A recorder that keeps nothing: detectors (deferred ones too) advance during a replay without writing.
class NullRecorder : public Recorder {
 public:
  explicit NullRecorder(const Stepper& stepper) : stepper_(stepper) {}
  std::int64_t step() const override { return stepper_.step(); }
  bool due(std::string_view cadence) const override { return stepper_.due(cadence); }
  void scalar(std::string_view, double) override {}
  void array(std::string_view, Array) override {}
  void event(Event) override {}
  void defer(std::function<void(Recorder&)> job) override { job(*this); }

 private:
  const Stepper& stepper_;
};

}  // namespace learnscope
