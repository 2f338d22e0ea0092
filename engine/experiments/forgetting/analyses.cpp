// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/errors.h"
#include "engine/experiments/forgetting/experiment.h"
#include "engine/experiments/forgetting/measurement.h"
#include "engine/experiments/forgetting/setting.h"
#include "engine/experiments/forgetting/world.h"
#include "engine/measures/forgetting_curve.h"
#include "engine/models/threads.h"

namespace learnscope::forgetting {
namespace {

using namespace continual;

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr int curvePoints = 100;

/// A learner in a saved state, to be trained on as an analysis likes.
struct Fork {
  Fork(const Config& config, std::uint64_t seed, const State& state, const Progress& progress)
      : stream(makeStream(config, seed, progress)),
        learner(makeLearner(config, stream, seed)),
        evaluator(stream, streamOptionsOf(config).scenario, learner.bench().shape(),
                  static_cast<int>(config.integer("eval.samples")), seed) {
    learner.load(state.sub("learner."));
  }
  int task(const Config& arguments) const {
    const std::int64_t number = arguments.integer("task");
    if (number < 1 || number > static_cast<std::int64_t>(stream->tasks.size()))
      throw ConfigError("/task", std::to_string(number), "1.." + std::to_string(stream->tasks.size()));
    return static_cast<int>(number) - 1;
  }
  double accuracy(const Learner& of, int on) { return evaluator.score(of.bench().theta.data(), on).accuracy; }

  std::shared_ptr<const TaskStream> stream;
  Learner learner;
  Evaluator evaluator;
};

/// The same weights, trained plainly on one task from now on.
Learner plainLearner(const Fork& fork, const Config& config, int task, std::uint64_t seed) {
  Config plain = config;
  plain.set("method", "naive");
  MethodOptions method = methodOptionsOf(plain);
  Learner learner(fork.stream, streamOptionsOf(config).scenario, hiddenOf(config),
                  {{task, std::numeric_limits<std::int64_t>::max()}}, method, trainingOptionsOf(config),
                  ReplayMemory(MemoryPolicy::Refill, 0, fork.stream->classes), seed);
  return learner;
}

double updatesTo(Fork& fork, Learner& learner, int task, double criterion, std::int64_t most,
                 const Progress& progress) {
  for (std::int64_t i = 0; i <= most; ++i) {
    if (fork.accuracy(learner, task) >= criterion) return static_cast<double>(i);
    progress.report(static_cast<double>(i) / static_cast<double>(most), LS_TR("savings test"));
    learner.step();
  }
  return undefined;
}

void putNumber(State& state, const char* id, double value) {
  state.put(id, Array::vector<double>(std::span<const double>(&value, 1)));
}

State savings(Fork& fork, const Config& config, const Config& arguments, std::uint64_t seed, const Progress& progress) {
  const int task = fork.task(arguments);
  const double criterion = arguments.real("criterion");
  const std::int64_t most = arguments.integer("most");
  Learner fresh = plainLearner(fork, config, task, seed), again = plainLearner(fork, config, task, seed);
  again.bench().theta = fork.learner.bench().theta;
  const double scratch = updatesTo(fork, fresh, task, criterion, most, progress);
  const double relearn = updatesTo(fork, again, task, criterion, most, progress);
  State result;
  putNumber(result, "scratch", scratch);
  putNumber(result, "relearn", relearn);
  putNumber(result, "savings", (scratch - relearn) / scratch);
  return result;
}

State probe(Fork& fork, const Config& config, const Config& arguments, std::uint64_t seed, const Progress& progress) {
  const int task = fork.task(arguments);
  Learner learner = plainLearner(fork, config, task, seed);
  learner.bench().theta = fork.learner.bench().theta;
  for (int l = 0; l + 1 < learner.bench().shape().layers(); ++l) learner.freeze(l, true);
  State result;
  putNumber(result, "before", fork.accuracy(learner, task));
  for (std::int64_t i = 0; i < arguments.integer("updates"); ++i) {
    if (i % 20 == 0) progress.report(static_cast<double>(i) / static_cast<double>(arguments.integer("updates")));
    learner.step();
  }
  putNumber(result, "after", fork.accuracy(learner, task));
  return result;
}

State confusion(Fork& fork, const Config& arguments) {
  const Samples& test = *fork.stream->tasks[static_cast<std::size_t>(fork.task(arguments))].test;
  const auto classes = static_cast<std::size_t>(fork.stream->classes);
  const std::vector<int> answers =
      fork.evaluator.predictions(fork.learner.bench().theta.data(), test.x.data(), test.count);
  std::vector<double> table(classes * classes, 0.0), rows(classes, 0.0);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    table[static_cast<std::size_t>(test.y[i]) * classes + static_cast<std::size_t>(answers[i])] += 1;
    rows[static_cast<std::size_t>(test.y[i])] += 1;
  }
  for (std::size_t i = 0; i < table.size(); ++i) table[i] /= std::max(1.0, rows[i / classes]);
  State result;
  result.put("confusion", Array::from<double>(table, {fork.stream->classes, fork.stream->classes}));
  return result;
}

/// What is fitted: a user's file, or one task's history.
RetentionData retentionData(const Config& config, const State& state, const Config& arguments) {
  if (const std::string file = arguments.text("file"); !file.empty()) return readRetentionCsv(file);
  ContinualMetrics metrics;
  metrics.load(state.sub("measurement.metrics."));
  const StreamOptions options = streamOptionsOf(config);
  const std::int64_t number = arguments.integer("task");
  if (number < 1 || number > metrics.tasks())
    throw ConfigError("/task", std::to_string(number), "1.." + std::to_string(metrics.tasks()));
  RetentionData data;
  // Among how many classes a guess is made: as in chanceOf(), without drawing the stream.
  double classes = 10;
  if (options.kind == StreamKind::Gaussians)
    classes = options.scenario == Scenario::Class ? 2.0 * options.tasks : 2;
  else if (options.kind == StreamKind::Moons || options.kind == StreamKind::Spirals || options.kind == StreamKind::Xor)
    classes = 2;
  else if (options.kind == StreamKind::Split && options.scenario == Scenario::Task)
    classes = static_cast<double>(options.groups[static_cast<std::size_t>(number - 1)].size());
  metrics.retentionCurve(static_cast<int>(number) - 1, 1 / classes, data.tau, data.retention);
  if (arguments.flag("afterBottom") && !data.tau.empty()) {
    // The gap of the first task boundary after the end: its lowest point, unless the curve never rises again.
    const auto lowest = std::min_element(
        data.retention.begin(),
        data.retention.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(data.retention.size(), 30)));
    const auto count = lowest - data.retention.begin();
    if (data.retention.end() - lowest >= 4) {
      data.retention.erase(data.retention.begin(), lowest);
      data.tau.erase(data.tau.begin(), data.tau.begin() + count);
    }
  }
  return data;
}

State forgettingCurve(const RetentionData& data) {
  State result;
  std::vector<double> time, human, humanTime, humanData, curves, curveTime, quality;
  for (const double tau : data.tau) time.push_back(std::log10(std::max(tau, 0.1)));
  const double last = data.tau.empty() ? 3 : std::max(1.0, time.back());
  for (int i = 0; i < curvePoints; ++i) {
    curveTime.push_back(last * i / (curvePoints - 1));
    human.push_back(ebbinghausSavings(std::pow(10.0, curveTime.back()) + 1));
  }
  for (const SavingsPoint& point : ebbinghausData()) {
    humanTime.push_back(std::log10(point.minutes - 1));
    humanData.push_back(point.savings);
  }
  for (const RetentionModel model : retentionModels) {
    const bool enough = data.tau.size() >= 4;
    RetentionFit fit;
    if (enough) fit = fitRetention(model, data.tau, data.retention, data.weights);
    for (const double t : curveTime) curves.push_back(enough ? fit.at(std::pow(10.0, t)) : undefined);
    quality.insert(quality.end(), {enough ? fit.r2 : undefined, enough ? fit.rmse : undefined,
                                   enough ? fit.aic : undefined, enough ? fit.halfLife : undefined});
  }
  result.put("time", Array::vector<double>(time));
  result.put("retention", Array::vector<double>(data.retention));
  result.put("curveTime", Array::vector<double>(curveTime));
  result.put("curves", Array::from<double>(curves, {5, curvePoints}));
  result.put("human", Array::vector<double>(human));
  result.put("humanTime", Array::vector<double>(humanTime));
  result.put("humanData", Array::vector<double>(humanData));
  result.put("quality", Array::from<double>(quality, {5, 4}));
  return result;
}

}  // namespace

State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments, const Progress& progress) {
  useOneThread();
  if (analysis == "forgetting-curve") return forgettingCurve(retentionData(config, state, arguments));
  if (analysis != "savings" && analysis != "probe" && analysis != "confusion")
    throw ConfigError("/analyse", analysis, "forgetting-curve, savings, probe or confusion");
  Fork fork(config, seed, state, progress);
  if (analysis == "savings") return savings(fork, config, arguments, seed, progress);
  if (analysis == "probe") return probe(fork, config, arguments, seed, progress);
  return confusion(fork, arguments);
}

}  // namespace learnscope::forgetting
