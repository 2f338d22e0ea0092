// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/events.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace learnscope::grokking {

bool EventDetector::mark(Mark what, std::int64_t step, const char* id, const char* title, Recorder& recorder,
                         Json values) {
  if (marks_[what] >= 0) return false;
  marks_[what] = step;
  recorder.event({.id = id, .step = step, .title = title, .values = std::move(values)});
  return true;
}

void EventDetector::observe(const Observation& log, Recorder& recorder) {
  const std::int64_t step = recorder.step();
  if (step <= lastLog_) return;
  mark(Stage1, step, "stage-1", LS_TR("Stage I: lazy"), recorder);
  if (log.trainAccuracy >= 0.99) mark(Memorised, step, "memorised", LS_TR("Memorised"), recorder);
  observeStages(log, recorder);
  if (log.lockedNeurons > 0) mark(FirstLocked, step, "first-locked", LS_TR("First neuron locked"), recorder);
  observeFeatures(log, recorder);
  observeLosses(log, recorder);
  if (log.testAccuracy >= 0.99) mark(Generalised, step, "generalised", LS_TR("Generalised"), recorder);
  largestIpr_ = std::isfinite(log.meanIpr) ? std::max(largestIpr_, log.meanIpr) : largestIpr_;
  if (log.meanIpr <= largestIpr_ - 0.03 && log.largestEnergy > 2)
    mark(Drift, step, "memorising-maxima", LS_TR("Drift to memorising maxima"), recorder,
         {{"largestEnergy", log.largestEnergy}});
  if (marks_[Memorised] >= 0 && step - marks_[Memorised] >= 500 && log.alignment < 0.1)
    mark(StuckLazy, step, "stuck-lazy", LS_TR("Stuck lazy: no signal"), recorder, {{"alignment", log.alignment}});
  topDownBefore_ = log.topDown >= 0.7;
  lastLog_ = step;
}

void EventDetector::observeStages(const Observation& log, Recorder& recorder) {
  const std::int64_t step = recorder.step();
  const double share = log.signalCosine > 0 ? log.signalCosine * log.signalCosine : 0;
  if (marks_[Stage2] < 0) {
    if (share >= 0.5)
      mark(Stage2, step, "stage-2", LS_TR("Stage II: independent"), recorder, {{"c", log.signalCosine}});
    return;  // stage III needs a later log
  }
  if (marks_[Stage3] < 0) {
    const bool weak = share < 0.5;
    if (weak && weakSignal_) {
      mark(Stage3, lastLog_, "stage-3", LS_TR("Stage III: interactive"), recorder);
      if (topDownBefore_) mark(TopDown, lastLog_, "top-down", LS_TR("Top-down modulation"), recorder);
    }
    weakSignal_ = weak;
  }
  if (marks_[Stage3] >= 0 && log.topDown >= 0.7)
    mark(TopDown, step, "top-down", LS_TR("Top-down modulation"), recorder, {{"tau", log.topDown}});
}

void EventDetector::observeFeatures(const Observation& log, Recorder& recorder) {
  const double largest = log.alpha.empty() ? 0 : *std::max_element(log.alpha.begin(), log.alpha.end());
  for (std::size_t k = 0; k < std::min(features_.size(), log.alpha.size()); ++k) {
    const double alpha = log.alpha[k];
    if (features_[k] || !(alpha >= 0.5 || (log.testAccuracy >= 0.9 && alpha >= 0.5 * largest))) continue;
    features_[k] = 1;
    const std::string number = std::to_string(k + 1);
    recorder.event({.id = "feature-" + number,
                    .step = recorder.step(),
                    .title = LS_TR("Feature ") + number,
                    .values = {{"feature", k + 1}, {"alpha", alpha}}});
  }
}

void EventDetector::observeLosses(const Observation& log, Recorder& recorder) {
  largestPairsLoss_ = std::max(largestPairsLoss_, log.pairsLoss);
  if (marks_[Cleanup] >= 0) return;
  if (log.pairsLoss >= 0.98 * largestPairsLoss_) {
    cleanupLogs_ = 0;
    return;
  }
  if (cleanupLogs_++ == 0) cleanupFrom_ = recorder.step();
  if (cleanupLogs_ >= 3) mark(Cleanup, cleanupFrom_, "cleanup", LS_TR("Cleanup begins"), recorder);
}

State EventDetector::save() const {
  State state;
  state.put("marks", Array::vector<std::int64_t>(marks_));
  state.put("features", Array::vector<std::uint8_t>(features_));
  const std::vector<std::int64_t> counters{lastLog_, weakSignal_, topDownBefore_, cleanupFrom_, cleanupLogs_};
  state.put("counters", Array::vector<std::int64_t>(counters));
  const std::vector<double> maxima{largestPairsLoss_, largestIpr_};
  state.put("maxima", Array::vector<double>(maxima));
  return state;
}

void EventDetector::load(const State& state) {
  const auto marks = state.get("marks").as<std::int64_t>();
  const auto features = state.get("features").as<std::uint8_t>();
  const auto counters = state.get("counters").as<std::int64_t>();
  const auto maxima = state.get("maxima").as<double>();
  if (marks.size() != MarkCount || features.size() != features_.size() || counters.size() != 5 || maxima.size() != 2)
    throw DataError("saved state", "\"events\"", "written by another version of this lab");
  marks_.assign(marks.begin(), marks.end());
  features_.assign(features.begin(), features.end());
  lastLog_ = counters[0];
  weakSignal_ = counters[1] != 0;
  topDownBefore_ = counters[2] != 0;
  cleanupFrom_ = counters[3];
  cleanupLogs_ = counters[4];
  largestPairsLoss_ = maxima[0];
  largestIpr_ = maxima[1];
}

std::vector<EventRule> eventRules() {
  return {
      {"stage-1", LS_TR("Stage I: lazy"), LS_TR("step 0: the output layer fits random features"), true},
      {"stage-2", LS_TR("Stage II: independent"),
       LS_TR("first log with c > 0 and c^2 >= 1/2: at least half of the gradient's power is signal"), true},
      {"stage-3", LS_TR("Stage III: interactive"), LS_TR("first of two consecutive later logs with c^2 < 1/2"), true},
      {"memorised", LS_TR("Memorised"), LS_TR("training accuracy >= 0.99")},
      {"first-locked", LS_TR("First neuron locked"),
       LS_TR("a neuron with IPR >= 0.5 and one dominant feature in U, V and W")},
      {"feature-{k}", LS_TR("Feature {k}"),
       LS_TR("alpha_k >= 0.5, or test accuracy >= 0.9 and alpha_k >= half of the largest alpha")},
      {"cleanup", LS_TR("Cleanup begins"),
       LS_TR("L_pairs below 0.98 of its running maximum in 3 consecutive logs, marked at the first")},
      {"generalised", LS_TR("Generalised"), LS_TR("test accuracy >= 0.99")},
      {"top-down", LS_TR("Top-down modulation"), LS_TR("tau >= 0.7 in stage III")},
      {"memorising-maxima", LS_TR("Drift to memorising maxima"),
       LS_TR("mean IPR 0.03 under its maximum and max e_j > 2")},
      {"stuck-lazy", LS_TR("Stuck lazy: no signal"), LS_TR("memorised for 500 steps and A < 0.1")},
      {"optimizer-reset", LS_TR("Optimizer changed"), LS_TR("the optimizer was switched and started with fresh state")},
  };
}

}  // namespace learnscope::grokking
