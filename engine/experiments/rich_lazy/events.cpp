// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/events.h"

#include <cmath>

#include "engine/experiments/rich_lazy/measurement.h"

namespace learnscope::richlazy {
namespace {

constexpr double outlierRadius = 1.5;  ///< in units of the Gaussian disk's radius

std::size_t z(int value) { return static_cast<std::size_t>(value); }

}  // namespace

EventDetector::EventDetector(std::vector<Structure> structures, int seeds)
    : structures_(std::move(structures)),
      seeds_(seeds),
      marks_(structures_.size() * MarkCount, -1),
      fastest_(structures_.size(), 0.0),
      fastestStep_(structures_.size(), -1) {}

void EventDetector::mark(Mark what, int structure, std::int64_t step, const char* id, const char* title,
                         Recorder& recorder, Json values) {
  std::int64_t& latch = at(what, structure);
  if (latch >= 0) return;
  latch = step;
  const std::string& name = structures_[z(structure)].name;
  values["structure"] = name;
  recorder.event({.id = std::string(id) + "-" + std::to_string(structure),
                  .step = step,
                  .title = std::string(title) + ": " + name,
                  .values = std::move(values)});
}

void EventDetector::observe(const TrainingLog& log, Recorder& recorder) {
  for (int s = 0; s < static_cast<int>(structures_.size()); ++s) {
    if (log.otherAccuracy[z(s)] > 0.99)
      mark(Fixation, s, recorder.step(), "fixation-learned", LS_TR("Fixation learned"), recorder);
    if (log.decisionAccuracy[z(s)] >= 0.95 * log.ceiling)
      mark(Learned, s, recorder.step(), "task-learned", LS_TR("Task learned"), recorder,
           {{"accuracy", log.decisionAccuracy[z(s)]}, {"ceiling", log.ceiling}});
  }
}

void EventDetector::observe(const AlignmentLog& log, Recorder& recorder) {
  const int full = fullOf(structures_);
  const auto kernelAt = [&](int s, int r) { return log.kernel[z(s * seeds_ + r)]; };
  for (int s = 0; s < static_cast<int>(structures_.size()); ++s) {
    if (log.velocity[z(s)] > fastest_[z(s)]) {
      fastest_[z(s)] = log.velocity[z(s)];
      fastestStep_[z(s)] = recorder.step();
    } else if (fastestStep_[z(s)] >= 0 && log.velocity[z(s)] < fastest_[z(s)] / 2) {
      mark(Burst, s, fastestStep_[z(s)], "kernel-burst", LS_TR("Kernel burst"), recorder,
           {{"velocity", fastest_[z(s)]}});
    }
    if (log.settled[z(s)] >= 0)
      mark(Settled, s, log.settled[z(s)], "kernel-settled", LS_TR("Kernel settled"), recorder);
    if (log.radius[z(s)] > outlierRadius)
      mark(Outlier, s, recorder.step(), "outlier", LS_TR("Outlier eigenvalue"), recorder,
           {{"radius", log.radius[z(s)]}});
    if (full < 0 || s == full || seeds_ < 2) continue;
    double mean = 0, twin = 0, spread = 0;
    for (int r = 0; r < seeds_; ++r) mean += kernelAt(s, r) / seeds_, twin += kernelAt(full, r) / seeds_;
    for (int r = 0; r < seeds_; ++r) spread += (kernelAt(full, r) - twin) * (kernelAt(full, r) - twin);
    const double error = std::sqrt(spread / (seeds_ - 1) / seeds_);
    if (recorder.step() > 0 && mean < twin - 2 * error)
      mark(Richer, s, recorder.step(), "richer-than-twin", LS_TR("Richer than the full-rank twin"), recorder,
           {{"kernelAlignment", mean}, {"twin", twin}, {"standardError", error}});
  }
}

State EventDetector::save() const {
  State state;
  state.put("marks", Array::vector<std::int64_t>(marks_));
  state.put("fastest", Array::vector<double>(fastest_));
  state.put("fastestStep", Array::vector<std::int64_t>(fastestStep_));
  return state;
}

void EventDetector::load(const State& state) {
  const auto marks = state.get("marks").as<std::int64_t>();
  const auto fastest = state.get("fastest").as<double>();
  const auto steps = state.get("fastestStep").as<std::int64_t>();
  if (marks.size() != marks_.size() || fastest.size() != fastest_.size() || steps.size() != fastest_.size())
    throw DataError("saved state", "\"events\"", "written by another version of this lab");
  marks_.assign(marks.begin(), marks.end());
  fastest_.assign(fastest.begin(), fastest.end());
  fastestStep_.assign(steps.begin(), steps.end());
}

std::vector<EventRule> eventRules() {
  return {
      {"fixation-learned-{k}", LS_TR("Fixation learned"),
       LS_TR("accuracy of the steps before the decision > 0.99 (mean over seeds of one log)"), true},
      {"task-learned-{k}", LS_TR("Task learned"),
       LS_TR("decision accuracy over the last 200 batches >= 0.95 of the ideal observer's (mean over seeds)"), true},
      {"kernel-burst-{k}", LS_TR("Kernel burst"),
       LS_TR("largest kernel velocity (mean over seeds), told when it has fallen to half")},
      {"kernel-settled-{k}", LS_TR("Kernel settled"),
       LS_TR("an evaluation whose kernel (first seed) stays aligned above 0.98 with the next five")},
      {"richer-than-twin-{k}", LS_TR("Richer than the full-rank twin"),
       LS_TR("mean KA below that of the full-rank nets of the same seeds by more than 2 of their standard errors")},
      {"outlier-{k}", LS_TR("Outlier eigenvalue"),
       LS_TR("|eigenvalue| of W above 1.5 times the Gaussian radius (gain), in some seed")},
  };
}

}  // namespace learnscope::richlazy
