// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/events.h"

#include <algorithm>
#include <cmath>

#include "engine/experiments/forgetting/description.h"

namespace learnscope::forgetting {
namespace {

constexpr std::int64_t bottomPatience = 30, forgottenPatience = 20, conflictPatience = 5;

}  // namespace

std::vector<EventRule> eventRules() {
  return {{"task-{k}", LS_TR("Task begins"), LS_TR("the schedule"), false},
          {"learning", LS_TR("Learning"), LS_TR("a new task's first update"), true},
          {"gap-onset", LS_TR("Gap"),
           LS_TR("an earlier task below its accuracy before the stretch by more than max(0.02, 3 sqrt(p (1 - p) / n)) "
                 "for 2 evaluations"),
           true},
          {"gap-bottom", LS_TR("Recovery"), LS_TR("the running minimum not undercut for 30 evaluations"), true},
          {"recovered", LS_TR("Plateau"), LS_TR("accuracy >= bottom + 0.9 (before - bottom)"), true},
          {"not-recovered-{i}", LS_TR("Not recovered"), LS_TR("a gap still open at the stretch's end"), false},
          {"forgotten-{i}", LS_TR("Forgotten"), LS_TR("retention < 0.5 for 20 evaluations"), false},
          {"relearned-{i}", LS_TR("Relearned"), LS_TR("retention above 0.9 again after being forgotten"), false},
          {"conflict-{n}", LS_TR("Gradient conflict"), LS_TR("cosine of the two gradients < -0.1 for 5 evaluations"),
           false},
          {"plastic-failure-{k}", LS_TR("Does not learn"),
           LS_TR("after half the stretch, the task's accuracy is closer to chance than to 1"), false}};
}

EventDetector::EventDetector(std::vector<std::string> tasks, int samples, std::vector<double> chance)
    : tasks_(std::move(tasks)), samples_(samples), chance_(std::move(chance)), tracks_(tasks_.size()) {}

void EventDetector::begin(const ContinualMetrics& metrics, Recorder& recorder) {
  const auto& history = metrics.history();
  const ContinualEvaluation& now = history.back();
  const std::int64_t start = history.size() > 1 ? history[history.size() - 2].step : 0;
  const std::string& name = tasks_[static_cast<std::size_t>(now.current)];
  recorder.event({"task-" + std::to_string(now.current + 1), start, 0, name});
  recorder.event({"learning", start, 0, name});
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const std::int64_t forgotten = tracks_[i].forgotten;
    tracks_[i] = Track{};
    tracks_[i].forgotten = forgotten;
    tracks_[i].before = history.size() > 1 ? static_cast<double>(history[history.size() - 2].accuracy[i]) : 0;
  }
  conflict_ = plasticFailure_ = band_ = 0;
}

void EventDetector::bottomReached(int task, Recorder& recorder) {
  Track& track = tracks_[static_cast<std::size_t>(task)];
  track.phase = 2;
  // The bands tell of the first task that falls; the others have their places in the list.
  if (band_ != task + 1) return;
  recorder.event(
      {"gap-bottom", track.bottomStep, 0, LS_TR("recovery"), Json{{"task", task + 1}, {"accuracy", track.bottom}}});
}

void EventDetector::follow(int task, const ContinualMetrics& metrics, Recorder& recorder) {
  const ContinualEvaluation& now = metrics.history().back();
  Track& track = tracks_[static_cast<std::size_t>(task)];
  const auto value = static_cast<double>(now.accuracy[static_cast<std::size_t>(task)]);
  const double p = track.before, threshold = std::max(0.02, 3 * std::sqrt(p * (1 - p) / samples_));
  if (track.phase == 0) {
    if (value < track.before - threshold) {
      if (track.below++ == 0) track.firstBelow = now.step;
    } else {
      track.below = 0;
    }
    if (value < track.bottom) {
      track.bottom = value;
      track.bottomStep = now.step;
    }
    if (track.below < 2) return;
    track.phase = 1;
    track.sinceBottom = 0;
    if (band_ == 0) {
      band_ = task + 1;
      recorder.event({"gap-onset", track.firstBelow, 0, LS_TR("gap"), Json{{"task", task + 1}, {"before", p}}});
    }
    return;
  }
  if (value < track.bottom) {
    track.bottom = value;
    track.bottomStep = now.step;
    track.sinceBottom = 0;
  } else if (track.phase == 1 && ++track.sinceBottom >= bottomPatience) {
    bottomReached(task, recorder);
  }
  if (track.phase < 3 && value >= track.bottom + 0.9 * (track.before - track.bottom)) {
    if (track.phase == 1) bottomReached(task, recorder);
    track.phase = 3;
    if (band_ == task + 1) recorder.event({"recovered", now.step, 0, LS_TR("plateau"), Json{{"task", task + 1}}});
  }
  if (now.endsSegment && (track.phase == 1 || track.phase == 2))
    recorder.event({"not-recovered-" + std::to_string(task + 1), now.step, 0,
                    LS_TR("not recovered: ") + tasks_[static_cast<std::size_t>(task)],
                    Json{{"accuracy", value}, {"before", track.before}}});
}

void EventDetector::plasticity(const ContinualMetrics& metrics, std::int64_t segmentStep, std::int64_t segmentLength,
                               Recorder& recorder) {
  const ContinualEvaluation& now = metrics.history().back();
  const auto current = static_cast<std::size_t>(now.current);
  const double chance = chance_[current];
  if (plasticFailure_ != 0 || 2 * segmentStep < segmentLength) return;
  plasticFailure_ = 1;
  if (static_cast<double>(now.accuracy[current]) < 0.5 * (1 + chance))
    recorder.event({"plastic-failure-" + std::to_string(now.current + 1), now.step, 0,
                    LS_TR("does not learn: ") + tasks_[current]});
}

void EventDetector::observe(const ContinualMetrics& metrics, double cosine, std::int64_t segmentStep,
                            std::int64_t segmentLength, Recorder& recorder) {
  const auto& history = metrics.history();
  if (history.size() == 1 || history[history.size() - 2].endsSegment) begin(metrics, recorder);
  const ContinualEvaluation& now = history.back();
  for (int i = 0; i < metrics.tasks(); ++i) {
    const double retention = metrics.retention(i, chance_[static_cast<std::size_t>(i)]);
    if (std::isnan(retention) || i == now.current) continue;
    follow(i, metrics, recorder);
    Track& track = tracks_[static_cast<std::size_t>(i)];
    track.low = retention < 0.5 ? track.low + 1 : 0;
    const std::string number = std::to_string(i + 1);
    const std::string& name = tasks_[static_cast<std::size_t>(i)];
    if (track.low == forgottenPatience && track.forgotten == 0) {
      track.forgotten = 1;
      recorder.event({"forgotten-" + number, now.step, 0, LS_TR("forgotten: ") + name});
    }
    if (track.forgotten != 0 && retention > 0.9) {
      track.forgotten = 0;
      recorder.event({"relearned-" + number, now.step, 0, LS_TR("relearned: ") + name});
    }
  }
  conflict_ = cosine < -0.1 ? conflict_ + 1 : 0;
  if (conflict_ == conflictPatience)
    recorder.event({"conflict-" + std::to_string(now.current + 1), now.step, 0, LS_TR("gradients conflict"),
                    Json{{"cosine", cosine}}});
  plasticity(metrics, segmentStep, segmentLength, recorder);
}

State EventDetector::save() const {
  State state;
  std::vector<std::int64_t> counters{conflict_, plasticFailure_, band_};
  std::vector<double> values;
  for (const Track& t : tracks_) {
    counters.insert(counters.end(), {t.below, t.firstBelow, t.phase, t.bottomStep, t.sinceBottom, t.low, t.forgotten});
    values.insert(values.end(), {t.before, t.bottom});
  }
  state.put("counters", Array::vector<std::int64_t>(counters));
  state.put("values", Array::vector<double>(values));
  return state;
}

void EventDetector::load(const State& state) {
  const auto counters = state.get("counters").as<std::int64_t>();
  const auto values = state.get("values").as<double>();
  conflict_ = counters[0];
  plasticFailure_ = counters[1];
  band_ = counters[2];
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const auto c = counters.subspan(3 + 7 * i, 7);
    tracks_[i] = {c[0], c[1], c[2], c[3], c[4], c[5], c[6], values[2 * i], values[2 * i + 1]};
  }
}

}  // namespace learnscope::forgetting
