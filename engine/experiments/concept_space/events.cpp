// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/events.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope::concept_space {
namespace {

constexpr double kDenoisingLoss = 0.06, kConverged = 0.01, kLearned = 0.9, kChord = 0.15, kTurn = 50;
constexpr double kClassLearned = 0.072;
constexpr int kInRow = 3;
constexpr double kSettling = 2;  ///< resampled places that must lie behind a turn before it counts

/// The training class, or the followed one, whose corner is nearest.
int nearestCorner(std::span<const double> at, const Setting& setting) {
  int nearest = setting.focus;
  for (int k = 0; k < setting.classes(); ++k)
    if (!setting.isHeldOut(k) && cornerDistance(at, k, setting) < cornerDistance(at, nearest, setting)) nearest = k;
  return nearest;
}

}  // namespace

double cornerDistance(std::span<const double> at, int number, const Setting& setting) {
  double sum = 0;
  for (std::size_t j = 0; j < at.size(); ++j) sum += std::pow(at[j] - setting.digit(number, static_cast<int>(j)), 2);
  return std::sqrt(sum);
}

bool EventDetector::mark(Mark what, std::int64_t step, const char* id, const std::string& title, Recorder& recorder,
                         Json values) {
  if (marks_[what] >= 0) return false;
  marks_[what] = step;
  recorder.event({.id = id, .step = step, .title = title, .values = std::move(values)});
  return true;
}

bool EventDetector::thirdInRow(Mark what, bool holds, std::int64_t step, std::int64_t& since) {
  if (!holds) {
    runs_[what] = 0;
    return false;
  }
  if (runs_[what]++ == 0) since_[what] = step;
  since = since_[what];
  return runs_[what] >= kInRow;
}

void EventDetector::observeLoss(double lossEma, Recorder& recorder) {
  if (recorder.step() <= lastLoss_) return;
  lastLoss_ = recorder.step();
  if (lossEma < kDenoisingLoss)
    mark(Denoising, recorder.step(), "denoising", LS_TR("Denoising starts"), recorder, {{"loss", lossEma}});
}

Trajectory EventDetector::pathOf(int number) const {
  Trajectory path{concepts_, {}, {}};
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    path.steps.push_back(static_cast<double>(steps_[i]));
    const std::span<const double> point = at(i, number);
    path.points.insert(path.points.end(), point.begin(), point.end());
  }
  return path;
}

std::span<const double> EventDetector::at(std::size_t evaluation, int number) const {
  const auto d = static_cast<std::size_t>(concepts_);
  return {coordinates_.data() + evaluation * learned_.size() + static_cast<std::size_t>(number) * d, d};
}

std::vector<double> EventDetector::velocity(int number) const {
  const auto d = static_cast<std::size_t>(concepts_);
  std::vector<double> result(d, 0.0);
  const Trajectory path = smoothed(resampled(pathOf(number), kResampling), 2, 6);
  if (path.size() < 2) return result;
  const std::size_t last = path.size() - 1;
  for (std::size_t j = 0; j < d; ++j)
    result[j] =
        (path.points[last * d + j] - path.points[(last - 1) * d + j]) / (path.steps[last] - path.steps[last - 1]);
  return result;
}

double EventDetector::learnedTime(int number, int concept_) const {
  const std::int64_t step = stepLearned(number, concept_);
  return static_cast<double>(step >= 0 ? step : steps_.back());
}

double EventDetector::classLearnedTime(int number, const Setting& setting, bool& learned) const {
  learned = true;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!denoising() || steps_[i] < marks_[Denoising]) continue;
    const std::span<const double> point = at(i, number);
    bool near = true;
    for (int j = 0; j < concepts_; ++j)
      near &= std::abs(point[static_cast<std::size_t>(j)] - setting.digit(number, j)) < kClassLearned;
    if (near) return static_cast<double>(steps_[i]);
  }
  learned = false;
  return static_cast<double>(steps_.back());
}

double EventDetector::distanceAtConvergence(int number, const Setting& setting) const {
  const auto found = std::find(steps_.begin(), steps_.end(), marks_[Converged]);
  if (marks_[Converged] < 0 || found == steps_.end()) return std::numeric_limits<double>::quiet_NaN();
  return cornerDistance(at(static_cast<std::size_t>(found - steps_.begin()), number), number, setting);
}

double EventDetector::speed(const Setting& setting) const {
  const Trajectory path = resampled(pathOf(setting.focus), kResampling);
  return path.size() < 2 ? std::numeric_limits<double>::quiet_NaN() : speeds(smoothed(path, 2, 6)).back();
}

void EventDetector::observe(const Evaluation& evaluation, const Setting& setting, Recorder& recorder) {
  const std::int64_t step = recorder.step();
  if (!steps_.empty() && step <= steps_.back()) return;
  steps_.push_back(step);
  for (const Drawing& drawing : evaluation.classes)
    coordinates_.insert(coordinates_.end(), drawing.coordinate.begin(), drawing.coordinate.end());
  // A vector's noise cannot be told from its spread, so its loss stays high; its coordinates mean something at once.
  if (setting.kind == WorldKind::Vectors) mark(Denoising, step, "denoising", LS_TR("Denoising starts"), recorder);
  if (!denoising()) return;
  const std::vector<double>& focus = evaluation.classes[static_cast<std::size_t>(setting.focus)].coordinate;
  if (evaluation.trainDistance2 < kConverged)
    mark(Converged, step, "train-converged", LS_TR("Train converged"), recorder,
         {{"conceptDistance", cornerDistance(focus, setting.focus, setting)}});
  observePull(evaluation, setting, recorder);
  std::int64_t since = step;
  const double capability = std::max(evaluation.overprompt, evaluation.latent);
  if (thirdInRow(Capability, capability >= 0.5, step, since))
    mark(Capability, since, "capability", LS_TR("Capability emerges"), recorder, {{"capability", capability}});
  if (thirdInRow(Behaviour, evaluation.naive >= 0.5, step, since))
    mark(Behaviour, since, "behaviour", LS_TR("Behaviour emerges"), recorder, {{"naive", evaluation.naive}});
  if (evaluation.louder.back().joint < 0.2 && evaluation.naive > 0.5)
    mark(Breaks, step, "overprompt-breaks", LS_TR("Overprompt breaks"), recorder,
         {{"strength", kStrengths.back()}, {"accuracy", evaluation.louder.back().joint}});
  observeLearned(setting, recorder);
  observeTurn(setting, recorder);
}

void EventDetector::observePull(const Evaluation& evaluation, const Setting& setting, Recorder& recorder) {
  const int nearest = nearestCorner(evaluation.classes[static_cast<std::size_t>(setting.focus)].coordinate, setting);
  std::int64_t since = 0;
  if (!thirdInRow(Pull, nearest != setting.focus, recorder.step(), since)) return;
  const std::string& corner = setting.classNames[static_cast<std::size_t>(nearest)];
  mark(Pull, since, "pull", std::string(LS_TR("Pulled to ")) + corner, recorder,
       {{"corner", corner}, {"class", setting.digits(nearest)}});
}

void EventDetector::observeLearned(const Setting& setting, Recorder& recorder) {
  for (const int k : setting.heldOut) {
    const Trajectory path = smoothed(resampled(pathOf(k), kResampling), kSmoothing);
    for (int j = 0; j < concepts_; ++j) {
      std::int64_t& done = learned_[static_cast<std::size_t>(k * concepts_ + j)];
      int row = 0;
      for (std::size_t i = 0; done < 0 && i < path.size(); ++i) {
        const double q = path.points[i * static_cast<std::size_t>(concepts_) + static_cast<std::size_t>(j)];
        row = (setting.digit(k, j) ? q : 1 - q) > kLearned ? row + 1 : 0;
        if (row < kInRow) continue;
        done = static_cast<std::int64_t>(path.steps[i + 1 - kInRow]);
        const std::string name =
            setting.classNames[static_cast<std::size_t>(k)] + ": " + setting.conceptNames[static_cast<std::size_t>(j)];
        recorder.event(
            {.id = "learned-" + std::to_string(k * concepts_ + j),
             .step = done,
             .title = name + LS_TR(" learned"),
             .values = {{"class", setting.digits(k)}, {"concept", setting.conceptNames[static_cast<std::size_t>(j)]}}});
      }
    }
  }
}

void EventDetector::observeTurn(const Setting& setting, Recorder& recorder) {
  if (marks_[TurnMark] >= 0) return;
  const Trajectory path = smoothed(resampled(pathOf(setting.focus), kResampling), kSmoothing);
  if (path.size() == 0) return;
  for (const Turn& turn : turns(path, kChord, kTurn)) {
    const auto step = static_cast<std::int64_t>(std::lround(turn.step));
    if (step < marks_[Denoising] || turn.step > path.steps.back() - kSettling * kResampling) continue;
    Json values{{"angle", turn.angle}};
    if (marks_[Pull] >= 0 && marks_[Pull] <= step) {
      // Pulled first, then turned: a swing-by, past the corner that is nearest where it turns.
      const auto at = static_cast<std::size_t>(std::lround((turn.step - path.steps.front()) / kResampling));
      const int corner = nearestCorner(
          {path.points.data() + at * static_cast<std::size_t>(concepts_), static_cast<std::size_t>(concepts_)},
          setting);
      values["swingBy"] = setting.classNames[static_cast<std::size_t>(corner)];
    }
    mark(TurnMark, step, "turn", LS_TR("Turn"), recorder, std::move(values));
    return;
  }
}

State EventDetector::save() const {
  State state;
  state.put("marks", Array::vector<std::int64_t>(marks_));
  state.put("runs", Array::vector<std::int64_t>(runs_));
  state.put("since", Array::vector<std::int64_t>(since_));
  state.put("learnedAt", Array::vector<std::int64_t>(learned_));
  state.put("steps", Array::vector<std::int64_t>(steps_));
  state.put("coordinates", Array::vector<double>(coordinates_));
  state.putScalar<std::int64_t>("lastLoss", lastLoss_);
  return state;
}

void EventDetector::load(const State& state) {
  const auto marks = state.get("marks").as<std::int64_t>(), runs = state.get("runs").as<std::int64_t>(),
             since = state.get("since").as<std::int64_t>(), steps = state.get("steps").as<std::int64_t>(),
             learned = state.get("learnedAt").as<std::int64_t>();
  const auto coordinates = state.get("coordinates").as<double>();
  if (marks.size() != MarkCount || runs.size() != MarkCount || since.size() != MarkCount ||
      learned.size() != learned_.size() || coordinates.size() != steps.size() * learned_.size())
    throw DataError("saved state", "\"events\"", "written by another version of this lab");
  marks_.assign(marks.begin(), marks.end());
  runs_.assign(runs.begin(), runs.end());
  since_.assign(since.begin(), since.end());
  learned_.assign(learned.begin(), learned.end());
  steps_.assign(steps.begin(), steps.end());
  coordinates_.assign(coordinates.begin(), coordinates.end());
  lastLoss_ = state.scalar<std::int64_t>("lastLoss");
}

std::vector<EventRule> eventRules() {
  return {
      {"denoising", LS_TR("Denoising starts"),
       LS_TR("running mean (.98) of the loss below 0.06; before it coordinates mean nothing; of "
             "vectors the first evaluation"),
       true},
      {"pull", LS_TR("Pulled to a training corner"),
       LS_TR("the plain point is nearer to a training corner than to its own in 3 evaluations in a row, marked at the "
             "first"),
       true},
      {"capability", LS_TR("Capability emerges"),
       LS_TR("max(overprompt, latent) >= 0.5 in 3 evaluations in a row, marked at the first: hidden until behaviour "
             "follows"),
       true},
      {"behaviour", LS_TR("Behaviour emerges"), LS_TR("naive >= 0.5 in 3 evaluations in a row, marked at the first"),
       true},
      {"turn", LS_TR("Turn"),
       LS_TR(
           "on the path smoothed by 225 steps: chords of length 0.15 behind and ahead differ by a local maximum of at "
           "least 50 degrees")},
      {"train-converged", LS_TR("Train converged"),
       LS_TR("mean squared distance of the training classes to their corners < 0.01 (official code)")},
      {"learned-{k}", LS_TR("Concept learned"),
       LS_TR("smoothed accuracy of one concept of a held-out class > 0.9 in 3 places in a row, 150 steps apart")},
      {"overprompt-breaks", LS_TR("Overprompt breaks"),
       LS_TR("accuracy at the largest strength < 0.2 while naive > 0.5: the prompt has left what was trained")},
      {"probe-{k}", LS_TR("Probe trained"),
       LS_TR("accuracy of the frozen probe on concept k of fresh pictures of all classes; under 0.95 the run is "
             "refused")},
      {"loss-minimum", LS_TR("OOD loss: minimum"),
       LS_TR("of the exact model: its loss on the unseen combination turns")},
      {"loss-maximum", LS_TR("OOD loss: maximum"),
       LS_TR("of the exact model: its loss on the unseen combination turns")},
      {"concept-minimum", LS_TR("Point on axis 1: minimum"), LS_TR("of the exact model: the weak concept turns")},
      {"concept-maximum", LS_TR("Point on axis 1: maximum"), LS_TR("of the exact model: the weak concept turns")},
      {"examples-shown", LS_TR("Examples shown"), LS_TR("the user showed or hid training examples of a class")},
  };
}

}  // namespace learnscope::concept_space
