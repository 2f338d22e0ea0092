// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/measurement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/experiments/forgetting/description.h"
#include "engine/experiments/forgetting/setting.h"
#include "engine/measures/distances.h"
#include "engine/models/continual/saved_floats.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::forgetting {
namespace {

using namespace continual;

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

constexpr double mostWorkAhead = 5e9;  ///< multiplications x batch x updates; the defaults have 1e9

std::size_t z(int value) { return static_cast<std::size_t>(value); }

std::vector<std::string> namesOf(const TaskStream& stream) {
  std::vector<std::string> names;
  for (const StreamTask& task : stream.tasks) names.push_back(task.name);
  return names;
}

}  // namespace

Measurement::Measurement(const Config& config, const Learner& learner, std::uint64_t seed)
    : config_(config),
      scenario_(streamOptionsOf(config).scenario),
      seed_(seed),
      stream_(learner.bench().sharedStream()),
      evaluator_(stream_, scenario_, learner.bench().shape(), static_cast<int>(config.integer("eval.samples")), seed),
      metrics_(static_cast<int>(stream_->tasks.size())),
      chance_(chanceOf(streamOptionsOf(config))),
      lastEnd_(learner.bench().theta),
      shown_(std::clamp(mostShownTogether / metrics_.tasks(), 2, mostShown)),
      features_(stream_->tasks.size()),
      trail_(learner.bench().shape().trainable(), seed) {
  evaluator_.setRedraw(config.flag("eval.redraw"));
  events_ = EventDetector(namesOf(*stream_), evaluator_.samples(), chance_);
}

void Measurement::measure(const Learner& learner, Recorder& recorder) {
  if (recorder.due("evaluation")) {
    std::vector<TaskScore> scores(stream_->tasks.size(), {undefined, undefined, undefined});
    if (learner.steps() == 0)
      atStart(learner, scores, recorder);
    else
      evaluate(learner, scores, recorder);
    // One ball a step: where a new plane is laid, the one on it.
    const bool laid = config_.flag("landscape") && renewLandscape(learner, recorder);
    if (laid)
      for (const int old : landscape_.oldTasks()) scores[z(old)] = evaluator_.score(learner.bench().theta.data(), old);
    if (!landscape_.empty()) recordBall(learner, scores, recorder);
  }
  if (recorder.due("pictures")) recordPictures(learner, recorder);
}

void Measurement::atStart(const Learner& learner, std::vector<TaskScore>& scores, Recorder& recorder) {
  const int first = learner.schedule().front().task;
  for (int i = 0; i < metrics_.tasks(); ++i) {
    const TaskScore score = evaluator_.score(learner.bench().theta.data(), i);
    metrics_.untrained(i, score.accuracy);
    if (i != first) continue;
    metrics_.before(i, score.accuracy);
    scores[z(i)] = score;
    const auto features = evaluator_.lastFeatures(shown_);
    features_[z(i)].assign(features.begin(), features.end());
  }
  findAxes();
  recordScores(scores, recorder);
}

/// The tasks that count as seen, the one in training, and their scores.
ContinualEvaluation Measurement::judge(const Learner& learner, std::vector<TaskScore>& scores) {
  ContinualEvaluation evaluation;
  evaluation.step = learner.steps();
  evaluation.current = learner.bench().task;
  evaluation.endsSegment =
      learner.atSegmentEnd() && learner.segmentStep() == learner.schedule()[learner.segment()].iterations;
  const double place = learner.driftPlace();
  if (stream_->drifting) {
    const auto passed = std::upper_bound(stream_->places.begin(), stream_->places.end(), place);
    evaluation.current = static_cast<int>(passed - stream_->places.begin()) - 1;
    const double next = place + place / static_cast<double>(learner.steps()) * config_.integer("eval.every");
    evaluation.endsSegment = passed != stream_->places.end() && *passed <= next && place < 1;
  }
  evaluation.accuracy.assign(scores.size(), std::numeric_limits<float>::quiet_NaN());
  double moved = 0, count = 0;
  for (int i = 0; i < metrics_.tasks(); ++i) {
    const bool drifted = stream_->drifting && stream_->places[z(i)] <= place;
    if (!metrics_.seen(i) && i != evaluation.current && !drifted) continue;
    scores[z(i)] = evaluator_.score(learner.bench().theta.data(), i);
    evaluation.accuracy[z(i)] = static_cast<float>(scores[z(i)].accuracy);
    const std::span<const float> features = evaluator_.lastFeatures(shown_);
    std::vector<float>& last = features_[z(i)];
    if (last.size() == features.size()) {
      const double distance = norm<float>(features), then = norm<float>(std::span<const float>(last));
      const double both = mlpKernels().dot(features.data(), last.data(), static_cast<long>(features.size()));
      moved += std::max(0.0, distance * distance + then * then - 2 * both);
      count += shown_;
    }
    last.assign(features.begin(), features.end());
  }
  drift_ = count > 0 ? moved / count : undefined;
  return evaluation;
}

void Measurement::evaluate(const Learner& learner, std::vector<TaskScore>& scores, Recorder& recorder) {
  metrics_.observe(judge(learner, scores));
  if (!featureAxes_.empty() && metrics_.history().size() % trailSpacing == 0) {
    featureTrail_.push_back(featurePlaces());
    if (featureTrail_.size() > trailPoints) featureTrail_.erase(featureTrail_.begin());
  }
  recordScores(scores, recorder);
  recordSummary(recorder);
  recordTraining(learner, recorder);
  const Segment& segment = learner.schedule()[learner.segment()];
  events_.observe(metrics_, learner.split().cosine, learner.segmentStep(), segment.iterations, recorder);
  if (metrics_.history().back().endsSegment) recordEnd(learner, recorder);
}

void Measurement::recordScores(const std::vector<TaskScore>& scores, Recorder& recorder) const {
  const auto put = [&](const char* id, const auto& value) {
    std::vector<float> values(z(metrics_.tasks()));
    for (int i = 0; i < metrics_.tasks(); ++i) values[z(i)] = static_cast<float>(value(i));
    recorder.array(id, Array::vector<float>(values));
  };
  put("accuracy", [&](int i) { return scores[z(i)].accuracy; });
  put("accuracyWidth", [&](int i) {
    const int samples = std::min(evaluator_.samples(), stream_->tasks[z(i)].test->count);
    const double p = scores[z(i)].accuracy;
    return 1.96 * std::sqrt(p * (1 - p) / samples);
  });
  put("taskAccuracy", [&](int i) { return scores[z(i)].taskAccuracy; });
  put("taskLoss", [&](int i) { return scores[z(i)].loss; });
  put("retention", [&](int i) { return metrics_.retention(i, chance_[z(i)]); });
  put("minimum", [&](int i) { return metrics_.minimumOf(i); });
}

void Measurement::recordSummary(Recorder& recorder) const {
  recorder.scalar("averageAccuracy", metrics_.averageAccuracy());
  recorder.scalar("forgetting", metrics_.forgetting());
  recorder.scalar("minAccuracy", metrics_.minimumAccuracy());
  recorder.scalar("worstCase", metrics_.worstCaseAccuracy());
  recorder.scalar("wf10", metrics_.windowedForgetting(10));
  recorder.scalar("wf100", metrics_.windowedForgetting(100));
  recorder.scalar("wp10", metrics_.windowedPlasticity(10));
  recorder.scalar("wp100", metrics_.windowedPlasticity(100));
  recorder.scalar("anytime", metrics_.averageAnytimeAccuracy());
  recorder.scalar("curveArea", metrics_.learningCurveArea());
  recorder.scalar("backward", metrics_.backwardTransfer());
  recorder.scalar("forward", metrics_.forwardTransfer());
  recorder.scalar("chaudhry", metrics_.chaudhryForgetting());
  recorder.scalar("gapDepth", metrics_.meanGapDepth());
  recorder.scalar("gapRecovery", metrics_.meanGapRecovery());
  recorder.scalar("drift", drift_);
}

void Measurement::recordTraining(const Learner& learner, Recorder& recorder) const {
  const Bench& bench = learner.bench();
  recorder.scalar("task", metrics_.history().back().current + 1);
  recorder.scalar("loss", learner.loss().fresh);
  recorder.scalar("stabilityLoss", learner.loss().stability);
  recorder.scalar("plasticity", learner.split().fresh);
  recorder.scalar("stability", learner.split().stability);
  recorder.scalar("gradientCosine", learner.split().cosine);
  const std::size_t weights = bench.shape().trainable();
  recorder.scalar("weightDistance", relativeDistance<float>(std::span(bench.theta).first(weights),
                                                            std::span<const float>(lastEnd_).first(weights)));
  recorder.scalar("memory.used", bench.memory.size());
  recorder.scalar("memory.bytes", static_cast<double>(bench.memory.bytes(stream_->inputs) + learner.method().bytes()));
  recorder.scalar("samples", static_cast<double>(bench.backpropagated) / 1e3);
}

void Measurement::recordBall(const Learner& learner, const std::vector<TaskScore>& scores, Recorder& recorder) {
  const auto [x, y, off] = landscape_.place(learner.bench().theta);
  double loss = 0, accuracy = 0;
  for (const int task : landscape_.oldTasks()) {
    loss += scores[z(task)].loss / static_cast<double>(landscape_.oldTasks().size());
    accuracy += scores[z(task)].accuracy / static_cast<double>(landscape_.oldTasks().size());
  }
  const auto share = [&](double value, int axis) {
    const auto [low, high] = landscape_.range(axis);
    return static_cast<float>((value - low) / (high - low));
  };
  const std::vector<float> ball{share(x, 0), share(y, 1), static_cast<float>(std::log10(std::clamp(loss, 1e-3, 30.0)))};
  ballPath_.insert(ballPath_.end(), {ball[0], ball[1], ball[2], static_cast<float>(off)});
  ballAccuracy_.push_back(static_cast<float>(accuracy));
  recorder.array("ball", Array::from<float>(ball, {1, 3}));
  recorder.array("ballPath", Array::from<float>(ballPath_, {static_cast<std::int64_t>(ballAccuracy_.size()), 4}));
  recorder.array("ballAccuracy", Array::vector<float>(ballAccuracy_));
  recorder.scalar("offPlane", off);
}

void Measurement::segmentEnded(const Learner& learner) {
  metrics_.endNow();
  lastEnd_ = learner.bench().theta;
}

void Measurement::recordEnd(const Learner& learner, Recorder& recorder) {
  recorder.array("tableAccuracy", Array::vector<float>(std::span<const float>(metrics_.endTable().back())));
  std::vector<float> table;
  for (const std::vector<float>& row : metrics_.endTable())
    for (const float value : row) table.push_back(std::isnan(value) ? 0 : value);
  recorder.array("endTable",
                 Array::from<float>(table, {static_cast<std::int64_t>(metrics_.endTable().size()), metrics_.tasks()}));
  recordPath(learner, recorder);
  lastEnd_ = learner.bench().theta;
  findAxes();
  const std::size_t next = learner.segment() + 1;
  if (stream_->drifting || next >= learner.schedule().size()) return;
  const int task = learner.schedule()[next].task;
  if (!metrics_.seen(task)) metrics_.before(task, evaluator_.score(learner.bench().theta.data(), task).accuracy);
}

void Measurement::recordPath(const Learner& learner, Recorder& recorder) {
  const AlignedVector<float>& now = learner.bench().theta;
  AlignedVector<float> theta(now.size());
  std::vector<float> accuracies(z(metrics_.tasks()) * linePoints, std::numeric_limits<float>::quiet_NaN()),
      losses = accuracies, barriers(z(metrics_.tasks()), std::numeric_limits<float>::quiet_NaN());
  std::vector<int> seen;
  for (int task = 0; task < metrics_.tasks(); ++task)
    if (metrics_.seen(task)) seen.push_back(task);
  for (int i = 0; i < linePoints; ++i) {
    const float alpha = static_cast<float>(i) / (linePoints - 1);
    mlpKernels().mix(theta.data(), 1 - alpha, lastEnd_.data(), alpha, now.data(), static_cast<long>(now.size()));
    evaluator_.estimateStatistics(theta, seen);
    for (const int task : seen) {
      const TaskScore score = evaluator_.score(theta.data(), task);
      accuracies[z(task) * linePoints + z(i)] = static_cast<float>(score.accuracy);
      losses[z(task) * linePoints + z(i)] = static_cast<float>(score.loss);
    }
  }
  for (const int task : seen) {
    const float* loss = losses.data() + z(task) * linePoints;
    float highest = 0;
    for (int i = 0; i < linePoints; ++i) {
      const float alpha = static_cast<float>(i) / (linePoints - 1);
      highest = std::max(highest, loss[i] - ((1 - alpha) * loss[0] + alpha * loss[linePoints - 1]));
    }
    barriers[z(task)] = highest;
  }
  recorder.array("pathAccuracy", Array::from<float>(accuracies, {metrics_.tasks(), linePoints}));
  recorder.array("pathLoss", Array::from<float>(losses, {metrics_.tasks(), linePoints}));
  recorder.array("barrier", Array::vector<float>(barriers));
}

bool Measurement::renewLandscape(const Learner& learner, Recorder& recorder) {
  const bool ended = learner.atSegmentEnd();
  const std::size_t segment = learner.segment() + (ended ? 1 : 0);
  if (segment >= learner.schedule().size() || stream_->drifting) return false;
  const int task = learner.schedule()[segment].task;
  if (landscapeSegment_ == static_cast<std::int64_t>(segment) && landscapeTask_ == task) return false;
  // Training ahead must not hold up a large net.
  const double work = learner.bench().shape().multiplications() * learner.bench().training.batch *
                      static_cast<double>(learner.schedule()[segment].iterations);
  if (work > mostWorkAhead) {
    landscape_ = Landscape();
    return false;
  }
  landscapeSegment_ = static_cast<std::int64_t>(segment);
  landscapeTask_ = task;
  try {
    landscape_ = Landscape(learner, scenario_, architectureOf(config_), seed_);
  } catch (const NumericError&) {
    landscape_ = Landscape();  // the run itself will diverge and say so
    return false;
  }
  recorder.defer(
      [landscape = landscape_, evaluator = evaluator_](Recorder& later) { landscape.record(evaluator, later); });
  ballPath_.clear();
  ballAccuracy_.clear();
  return true;
}

State Measurement::save() const {
  State state;
  state.merge("metrics.", metrics_.save());
  state.merge("events.", events_.save());
  putFloats(state, "lastEnd", lastEnd_);
  const std::vector<std::int64_t> counters{
      landscapeSegment_, landscapeTask_, static_cast<std::int64_t>(evaluator_.position()), landscape_.empty() ? 0 : 1};
  state.put("counters", Array::vector<std::int64_t>(counters));
  if (!landscape_.empty()) state.merge("landscape.", landscape_.save());
  for (std::size_t i = 0; i < features_.size(); ++i)
    state.put("features." + std::to_string(i), Array::vector<float>(features_[i]));
  state.put("featureMean", Array::vector<double>(featureMean_));
  state.put("featureAxes", Array::vector<double>(featureAxes_));
  state.putScalar("featureScale", featureScale_);
  std::vector<float> trail;
  for (const std::vector<float>& places : featureTrail_) trail.insert(trail.end(), places.begin(), places.end());
  state.put("featureTrail", Array::vector<float>(trail));
  state.merge("trail.", trail_.save());
  state.put("ballPath", Array::vector<float>(ballPath_));
  state.put("ballAccuracy", Array::vector<float>(ballAccuracy_));
  return state;
}

void Measurement::load(const State& state) {
  metrics_.load(state.sub("metrics."));
  events_.load(state.sub("events."));
  getFloats(state, "lastEnd", lastEnd_);
  const auto counters = state.get("counters").as<std::int64_t>();
  landscapeSegment_ = counters[0];
  landscapeTask_ = counters[1];
  evaluator_.setPosition(static_cast<std::uint64_t>(counters[2]));
  landscape_ = Landscape();
  if (counters[3] != 0) landscape_.load(state.sub("landscape."));
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const auto values = state.get("features." + std::to_string(i)).as<float>();
    features_[i].assign(values.begin(), values.end());
  }
  const auto mean = state.get("featureMean").as<double>(), axes = state.get("featureAxes").as<double>();
  featureMean_.assign(mean.begin(), mean.end());
  featureAxes_.assign(axes.begin(), axes.end());
  featureScale_ = state.scalar<double>("featureScale");
  const auto trail = state.get("featureTrail").as<float>();
  const std::size_t places = 3 * features_.size() * z(shown_);
  featureTrail_.clear();
  for (std::size_t i = 0; i + places <= trail.size(); i += places)
    featureTrail_.emplace_back(trail.begin() + static_cast<std::ptrdiff_t>(i),
                               trail.begin() + static_cast<std::ptrdiff_t>(i + places));
  trail_.load(state.sub("trail."));
  const auto path = state.get("ballPath").as<float>(), along = state.get("ballAccuracy").as<float>();
  ballPath_.assign(path.begin(), path.end());
  ballAccuracy_.assign(along.begin(), along.end());
}

}  // namespace learnscope::forgetting
