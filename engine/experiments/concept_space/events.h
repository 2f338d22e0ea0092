// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
      : concepts_(setting.concepts), learned_(static_cast<std::size_t>(setting.classes() * setting.concepts), 0) {}

  /// Event 1, looked at whenever the loss is logged. A step already seen changes nothing.
  void observeLoss(double lossEma, Recorder& recorder);
  /// Takes in the evaluation at `recorder.step()` and records what it completes.
  void observe(const Evaluation& evaluation, const Setting& setting, Recorder& recorder);
  /// True from event 1 on: coordinates mean something.
  bool denoising() const { return marks_[Denoising] >= 0; }
  /// Speed of the focus class's smoothed path (sigma two evaluations, cut at 6 sigma) at the newest evaluation, 1/step;
  /// NaN before the second.
  double speed(const Setting& setting) const;

  State save() const;
  void load(const State& state);

 private:
  enum Mark { Denoising, Converged, Pull, Capability, Behaviour, TurnMark, Breaks, MarkCount };
  bool mark(Mark what, std::int64_t step, const char* id, const std::string& title, Recorder& recorder,
            Json values = Json::object());
  /// True at the third time in a row that `holds`; `since` is the first of them.
  bool thirdInRow(Mark what, bool holds, std::int64_t step, std::int64_t& since);
  Trajectory pathOf(int number) const;
  void observePull(const Evaluation& evaluation, const Setting& setting, Recorder& recorder);
  void observeLearned(const Setting& setting, Recorder& recorder);
  void observeTurn(const Setting& setting, Recorder& recorder);

  int concepts_ = 2;
  std::vector<std::int64_t> marks_ = std::vector<std::int64_t>(MarkCount, -1);
  std::vector<std::int64_t> runs_ = std::vector<std::int64_t>(MarkCount, 0),
                            since_ = std::vector<std::int64_t>(MarkCount, -1);
  std::vector<std::uint8_t> learned_;  ///< [classes][concepts]
  std::vector<std::int64_t> steps_;    ///< of the evaluations so far
  std::vector<double> coordinates_;    ///< [evaluations][classes][concepts]
  std::int64_t lastLoss_ = -1;
};

std::vector<EventRule> eventRules();

}  // namespace learnscope::concept_space
