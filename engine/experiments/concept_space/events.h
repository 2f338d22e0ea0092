// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>

#include "engine/core/description.h"
#include "engine/core/recorder.h"
#include "engine/core/state.h"
#include "engine/experiments/concept_space/evaluation.h"
#include "engine/measures/trajectory.h"

namespace learnscope::concept_space {

/// Smoothing of event rules: Gaussian of 225 steps on paths resampled every 150.
inline constexpr double kResampling = 150, kSmoothing = 1.5;

/// The event rules of the lab's page over the sequence of evaluations, with the history they need.
class EventDetector {
 public:
  EventDetector() = default;
  explicit EventDetector(const Setting& setting)
      : concepts_(setting.concepts), learned_(static_cast<std::size_t>(setting.classes() * setting.concepts), -1) {}

  /// Event 1, looked at whenever the loss is logged. A step already seen changes nothing.
  void observeLoss(double lossEma, Recorder& recorder);
  /// Takes in the evaluation at `recorder.step()` and records what it completes.
  void observe(const Evaluation& evaluation, const Setting& setting, Recorder& recorder);
  /// True from event 1 on: coordinates mean something.
  bool denoising() const { return marks_[Denoising] >= 0; }
  /// Speed of the focus class's smoothed path (sigma two evaluations, cut at 6 sigma) at the newest evaluation, 1/step;
  /// NaN before the second.
  double speed(const Setting& setting) const;
  /// Derivative of a class's path, smoothed in the same way, at the newest evaluation [concepts], 1/step; zeros before
  /// the second.
  std::vector<double> velocity(int number) const;
  /// T of a concept of a class: the step of event learned-k, or the newest evaluation while it is not learned.
  double learnedTime(int number, int concept_) const;
  bool hasLearned(int number, int concept_) const { return stepLearned(number, concept_) >= 0; }
  /// Steps of turn, capability and behaviour, -1 of one that has not come.
  std::array<std::int64_t, 3> emergence() const { return {marks_[TurnMark], marks_[Capability], marks_[Behaviour]}; }
  /// First evaluation after event 1 at which a class lies within 0.072 of its corner on every axis (the official rule
  /// sigmoid(.1/|error|) > .8), or the newest evaluation; `learned` says which.
  double classLearnedTime(int number, const Setting& setting, bool& learned) const;
  /// Distance of a class from its corner when train converged (event "train-converged"); NaN before.
  double distanceAtConvergence(int number, const Setting& setting) const;

  State save() const;
  void load(const State& state);

 private:
  enum Mark { Denoising, Converged, Pull, Capability, Behaviour, TurnMark, Breaks, MarkCount };
  bool mark(Mark what, std::int64_t step, const char* id, const std::string& title, Recorder& recorder,
            Json values = Json::object());
  /// True at the third time in a row that `holds`; `since` is the first of them.
  bool thirdInRow(Mark what, bool holds, std::int64_t step, std::int64_t& since);
  std::int64_t stepLearned(int number, int concept_) const {
    return learned_[static_cast<std::size_t>(number * concepts_ + concept_)];
  }
  std::span<const double> at(std::size_t evaluation, int number) const;
  Trajectory pathOf(int number) const;
  void observePull(const Evaluation& evaluation, const Setting& setting, Recorder& recorder);
  void observeLearned(const Setting& setting, Recorder& recorder);
  void observeTurn(const Setting& setting, Recorder& recorder);

  int concepts_ = 2;
  std::vector<std::int64_t> marks_ = std::vector<std::int64_t>(MarkCount, -1);
  std::vector<std::int64_t> runs_ = std::vector<std::int64_t>(MarkCount, 0),
                            since_ = std::vector<std::int64_t>(MarkCount, -1);
  std::vector<std::int64_t> learned_;  ///< step at which each was learned, or -1 [classes][concepts]
  std::vector<std::int64_t> steps_;    ///< of the evaluations so far
  std::vector<double> coordinates_;    ///< [evaluations][classes][concepts]
  std::int64_t lastLoss_ = -1;
};

/// Distance of a point from the corner of a class.
double cornerDistance(std::span<const double> at, int number, const Setting& setting);

std::vector<EventRule> eventRules();

}  // namespace learnscope::concept_space
