// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/trial_task.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr int mostSteps = 64;
constexpr std::array<std::pair<TrialKind, std::string_view>, 3> kinds{
    {{TrialKind::TwoAlternative, "2af"}, {TrialKind::DelayedMatch, "dms"}, {TrialKind::Context, "cxt"}}};

int ownStimulus(TrialKind kind) {
  return kind == TrialKind::TwoAlternative ? 700 : kind == TrialKind::DelayedMatch ? 100 : 200;
}

int stimulusOf(const TrialOptions& options) {
  return options.stimulus == 0 ? ownStimulus(options.kind) : options.stimulus;
}

int delayOf(const TrialOptions& options) {
  if (options.kind == TrialKind::TwoAlternative) return 0;
  return options.delay == 0 ? 500 : options.delay;
}

int testOf(const TrialOptions& options) { return options.kind == TrialKind::DelayedMatch ? stimulusOf(options) : 0; }

std::vector<double> ownCoherences(TrialKind kind) {
  if (kind == TrialKind::TwoAlternative) return {0, 6.4, 12.8, 25.6, 51.2};
  if (kind == TrialKind::Context) return {5, 15, 50};
  return {};
}

double normalCdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

}  // namespace

std::string_view idOf(TrialKind kind) {
  for (const auto& [value, id] : kinds)
    if (value == kind) return id;
  return {};
}

TrialKind trialKindFrom(const std::string& id, const std::string& pointer) {
  std::vector<std::string> known;
  for (const auto& [value, name] : kinds) {
    if (name == id) return value;
    known.emplace_back(name);
  }
  const std::string nearest = nearestName(id, known);
  throw ConfigError(pointer, id, "one of 2af, dms, cxt" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

void TrialOptions::check() const {
  std::vector<Problem> problems;
  const auto period = [&](const char* name, int milliseconds, bool zeroIsOwn) {
    if (milliseconds < 0 || (milliseconds == 0 && !zeroIsOwn))
      problems.push_back({std::string("/timing.") + name, std::to_string(milliseconds) + " ms",
                          "at least one step of " + std::to_string(dt) + " ms is needed"});
    else if (milliseconds % dt != 0)
      problems.push_back({std::string("/timing.") + name, std::to_string(milliseconds) + " ms",
                          "is not a multiple of dt " + std::to_string(dt)});
  };
  if (dt < 1) {
    problems.push_back({"/timing.dt", std::to_string(dt), "1 ms or more"});
    throw ConfigError(std::move(problems));
  }
  period("stimulus", stimulus, true);
  period("delay", delay, true);
  period("decision", decision, false);
  const std::int64_t whole = std::int64_t{stimulusOf(*this)} + delayOf(*this) + testOf(*this) + std::max(decision, 0);
  if (whole / dt > mostSteps)
    problems.push_back({"/timing.stimulus", std::to_string(whole) + " ms in all",
                        "at most " + std::to_string(mostSteps) + " steps of " + std::to_string(dt) + " ms"});
  if (!(noise >= 0) || !std::isfinite(noise)) problems.push_back({"/noise", std::to_string(noise), "0 or more"});
  for (const double c : coherences)
    if (!(c >= 0 && c <= 100)) problems.push_back({"/coherences", std::to_string(c), "percent, 0 to 100"});
  if (!problems.empty()) throw ConfigError(std::move(problems));
}

TrialTask::TrialTask(TrialOptions options) : options_(std::move(options)) {
  options_.check();
  coherences_ = options_.coherences.empty() ? ownCoherences(options_.kind) : options_.coherences;
  stimulus_ = stimulusOf(options_) / options_.dt;
  delay_ = delayOf(options_) / options_.dt;
  test_ = testOf(options_) / options_.dt;
  decision_ = options_.decision / options_.dt;
}

double TrialTask::idealAccuracy() const {
  const double integrated = std::sqrt(static_cast<double>(stimulus_)) / (std::numbers::sqrt2 * options_.noise);
  // A one-hot sample and test differ by 1 in both channels: evidence as of coherence 100, needed twice.
  if (options_.kind == TrialKind::DelayedMatch) {
    if (options_.noise == 0) return 1;
    const double one = normalCdf(integrated);
    return one * one + (1 - one) * (1 - one);
  }
  double sum = 0;
  for (const double c : coherences_) sum += c == 0 ? 0.5 : options_.noise == 0 ? 1 : normalCdf(c / 100 * integrated);
  return sum / static_cast<double>(coherences_.size());
}

void TrialTask::draw(int trials, RandomStream& random, TrialBatch& batch) const {
  const auto cells = static_cast<std::size_t>(trials) * static_cast<std::size_t>(steps());
  batch.trials = trials;
  batch.steps = steps();
  batch.inputs = inputs();
  batch.x.assign(cells * static_cast<std::size_t>(inputs()), 0.0F);
  batch.target.assign(cells, 0);
  batch.decision.resize(static_cast<std::size_t>(trials));
  for (int trial = 0; trial < trials; ++trial) switch (options_.kind) {
      case TrialKind::TwoAlternative:
        drawTwoAlternative(trial, random, batch);
        break;
      case TrialKind::DelayedMatch:
        drawDelayedMatch(trial, random, batch);
        break;
      case TrialKind::Context:
        drawContext(trial, random, batch);
        break;
    }
}

namespace {

float* inputsAt(TrialBatch& batch, int step, int trial) {
  const std::size_t row =
      static_cast<std::size_t>(step) * static_cast<std::size_t>(batch.trials) + static_cast<std::size_t>(trial);
  return batch.x.data() + row * static_cast<std::size_t>(batch.inputs);
}

}  // namespace

// stimulus_i = 0.5 + (+1 if i = g, else -1) C/200 + noise.
void TrialTask::drawTwoAlternative(int trial, RandomStream& random, TrialBatch& batch) const {
  const int g = static_cast<int>(random.below(2));
  const double c = coherences_[random.below(coherences_.size())];
  for (int t = 0; t < stimulus_; ++t) {
    float* x = inputsAt(batch, t, trial);
    for (int i = 0; i < 2; ++i) x[1 + i] = static_cast<float>(0.5 + (i == g ? c : -c) / 200) + noise(random);
  }
  finish(trial, 1 + g, batch);
}

void TrialTask::drawDelayedMatch(int trial, RandomStream& random, TrialBatch& batch) const {
  const int match = static_cast<int>(random.below(2)), sample = static_cast<int>(random.below(2));
  const int test = match == 0 ? sample : 1 - sample;
  const auto show = [&](int first, int count, int shown) {
    for (int t = first; t < first + count; ++t) {
      float* x = inputsAt(batch, t, trial);
      for (int i = 0; i < 2; ++i) x[1 + i] = (i == shown ? 1.0F : 0.0F) + noise(random);
    }
  };
  show(0, stimulus_, sample);
  show(stimulus_ + delay_, test_, test);
  finish(trial, 1 + match, batch);
}

// Modality j: channels (1 + e C_j/100)/2 and (1 - e C_j/100)/2, e = +1 for choice 1 and -1 for choice 2; noise on all
// seven inputs while the stimulus lasts.
void TrialTask::drawContext(int trial, RandomStream& random, TrialBatch& batch) const {
  const int g = static_cast<int>(random.below(2)), other = static_cast<int>(random.below(2));
  const int context = static_cast<int>(random.below(2));
  double c[2];
  for (double& each : c) each = coherences_[random.below(coherences_.size())];
  for (int t = 0; t < steps(); ++t) inputsAt(batch, t, trial)[5 + context] = 1;
  for (int t = 0; t < stimulus_; ++t) {
    float* x = inputsAt(batch, t, trial);
    for (int j = 0; j < 2; ++j) {
      const double e = ((j == context ? g : other) == 0 ? 1 : -1) * c[j] / 100;
      x[1 + 2 * j] = static_cast<float>((1 + e) / 2);
      x[2 + 2 * j] = static_cast<float>((1 - e) / 2);
    }
    for (int i = 0; i < 7; ++i) x[i] += noise(random);
  }
  finish(trial, 1 + g, batch);
}

// Fixation is on until the decision, whose steps ask for the choice.
void TrialTask::finish(int trial, int choice, TrialBatch& batch) const {
  for (int t = 0; t < steps(); ++t) {
    const bool deciding = t >= steps() - decision_;
    if (!deciding) inputsAt(batch, t, trial)[0] += 1;
    batch.target[static_cast<std::size_t>(t * batch.trials + trial)] = deciding ? choice : 0;
  }
  batch.decision[static_cast<std::size_t>(trial)] = choice;
}

}  // namespace learnscope
