// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

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

/// Fresh weights that learn a schedule by another method, without a memory.
Learner freshLearner(const Fork& fork, const Config& config, const char* method, std::vector<Segment> schedule,
                     std::uint64_t seed) {
  Config other = config;
  other.set("method", method);
  return {fork.stream,
          streamOptionsOf(config).scenario,
          architectureOf(config),
          std::move(schedule),
          methodOptionsOf(other),
          trainingOptionsOf(config),
          ReplayMemory(MemoryPolicy::Refill, 0, fork.stream->classes),
          seed};
}

/// The same, trained plainly on one task from now on.
Learner plainLearner(const Fork& fork, const Config& config, int task, std::uint64_t seed) {
  return freshLearner(fork, config, "naive", {{task, std::numeric_limits<std::int64_t>::max()}}, seed);
}

ContinualMetrics metricsOf(const State& state) {
  ContinualMetrics metrics;
  metrics.load(state.sub("measurement.metrics."));
  return metrics;
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

/// Accuracy on a task with the last layer refitted on it. Features stay as they are, running statistics included.
double probed(Fork& fork, const Config& config, int task, std::int64_t updates, std::uint64_t seed,
              const Progress& progress) {
  Learner learner = plainLearner(fork, config, task, seed);
  learner.bench().theta = fork.learner.bench().theta;
  for (int l = 0; l + 1 < learner.bench().shape().layers(); ++l) learner.freeze(l, true);
  learner.bench().fixedStatistics = true;
  for (std::int64_t i = 0; i < updates; ++i) {
    if (i % 20 == 0) progress.report(static_cast<double>(i) / static_cast<double>(updates));
    learner.step();
  }
  return fork.accuracy(learner, task);
}

State probe(Fork& fork, const Config& config, const Config& arguments, std::uint64_t seed, const Progress& progress) {
  const int task = fork.task(arguments);
  State result;
  putNumber(result, "before", fork.accuracy(fork.learner, task));
  putNumber(result, "after", probed(fork, config, task, arguments.integer("updates"), seed, progress));
  return result;
}

State probeAll(Fork& fork, const Config& config, const Config& arguments, std::uint64_t seed,
               const Progress& progress) {
  const Bench& bench = fork.learner.bench();
  std::vector<double> before, after;
  for (int task = 0; task < static_cast<int>(fork.stream->tasks.size()); ++task) {
    const bool seen = task == bench.task || std::count(bench.finished.begin(), bench.finished.end(), task) > 0;
    before.push_back(seen ? fork.accuracy(fork.learner, task) : undefined);
    after.push_back(seen ? probed(fork, config, task, arguments.integer("updates"), seed, progress) : undefined);
  }
  State result;
  result.put("before", Array::vector<double>(before));
  result.put("after", Array::vector<double>(after));
  return result;
}

State memoryPictures(const Fork& fork, const Config& arguments) {
  const TaskStream& stream = *fork.stream;
  const Bench& bench = fork.learner.bench();
  if (stream.side == 0) throw ConfigError("/analyse", "memory-pictures", "a stream of images");
  const std::int64_t columns = arguments.integer("columns"), side = stream.side;
  std::vector<std::vector<SampleRef>> byLabel(static_cast<std::size_t>(stream.labels()));
  for (const SampleRef& ref : bench.memory.items())
    byLabel[static_cast<std::size_t>(stream.labelOf(bench.train(ref.task).y[static_cast<std::size_t>(ref.index)]))]
        .push_back(ref);
  const auto pixels = static_cast<std::size_t>(side * side), channels = static_cast<std::size_t>(stream.channels);
  std::vector<float> pictures;
  for (const std::vector<SampleRef>& items : byLabel)
    for (std::int64_t i = 0; i < columns; ++i) {
      const auto count = static_cast<std::int64_t>(items.size());
      if (i >= count) {
        pictures.insert(pictures.end(), pixels * channels, 0.0F);
        continue;
      }
      const SampleRef ref = items[static_cast<std::size_t>(count > columns ? i * count / columns : i)];
      const float* image = bench.train(ref.task).row(ref.index);
      for (std::size_t p = 0; p < pixels; ++p)
        for (std::size_t c = 0; c < channels; ++c) pictures.push_back(image[c * pixels + p]);
    }
  std::vector<std::int64_t> shape{stream.labels() * columns, side, side};
  if (channels == 3) shape.push_back(3);
  State result;
  result.put("pictures", Array::from<float>(pictures, shape));
  return result;
}

/// Laid over each other at n = 0: the evaluations from 50 updates before each change of task to the next one.
State alignedGaps(const ContinualMetrics& metrics) {
  constexpr std::int64_t before = 50, after = 300, points = before + 1 + after;
  constexpr std::size_t rows = 7, mean = rows - 1;
  std::vector<double> sums(rows * points, 0.0), counts = sums, since;
  for (std::int64_t n = -before; n <= after; ++n)
    since.push_back((n < 0 ? -1.0 : 1.0) * std::log10(1.0 + static_cast<double>(std::abs(n))));
  const auto& history = metrics.history();
  for (std::size_t change = 0; change + 1 < history.size(); ++change) {
    if (!history[change].endsSegment) continue;
    const std::int64_t start = history[change].step;
    const int learned = history[change + 1].current;
    const auto add = [&](const ContinualEvaluation& evaluation) {
      const std::int64_t place = evaluation.step - start + before;
      if (place < 0 || place >= points) return false;
      for (int task = 0; task < metrics.tasks(); ++task) {
        const auto accuracy = static_cast<double>(evaluation.accuracy[static_cast<std::size_t>(task)]);
        const float atChange = history[change].accuracy[static_cast<std::size_t>(task)];
        if (task == learned || std::isnan(accuracy) || std::isnan(atChange)) continue;
        std::vector<std::size_t> to{mean};
        if (static_cast<std::size_t>(task) < mean) to.push_back(static_cast<std::size_t>(task));
        for (const std::size_t row : to) {
          sums[row * points + static_cast<std::size_t>(place)] += accuracy;
          counts[row * points + static_cast<std::size_t>(place)] += 1;
        }
      }
      return true;
    };
    for (std::size_t i = change + 1; i-- > 0 && (i == change || !history[i].endsSegment);)
      if (!add(history[i])) break;
    for (std::size_t i = change + 1; i < history.size() && add(history[i]) && !history[i].endsSegment; ++i) {
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = counts[i] > 0 ? sums[i] / counts[i] : undefined;
  State result;
  result.put("since", Array::vector<double>(since));
  result.put("accuracy", Array::from<double>(sums, {static_cast<std::int64_t>(rows), points}));
  return result;
}

/// Every gap that has ended: an earlier task during a later stretch.
State gaps(const ContinualMetrics& metrics) {
  std::vector<double> task, stretch, depth, recovery, recovery90, area;
  for (const StabilityGap& gap : metrics.gaps()) {
    if (!gap.ended) continue;
    task.push_back(gap.task + 1);
    stretch.push_back(static_cast<double>(gap.segment + 1));
    depth.push_back(gap.depth());
    recovery.push_back(gap.recovery());
    recovery90.push_back(static_cast<double>(gap.recovery90));
    area.push_back(gap.area);
  }
  std::vector<double> sorted = recovery90;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  const double median = sorted.empty()           ? undefined
                        : sorted.size() % 2 != 0 ? sorted[half]
                                                 : (sorted[half - 1] + sorted[half]) / 2;
  State result;
  for (const auto& [name, values] : {std::pair{"task", &task},
                                     {"stretch", &stretch},
                                     {"depth", &depth},
                                     {"recovery", &recovery},
                                     {"recovery90", &recovery90},
                                     {"area", &area}})
    result.put(name, Array::vector<double>(*values));
  result.putScalar<double>("medianRecovery90", median);
  return result;
}

/// Trains a reference jointly on all tasks so far, through the stretches that have ended.
State intransigence(Fork& fork, const Config& config, const State& state, std::uint64_t seed,
                    const Progress& progress) {
  const ContinualMetrics metrics = metricsOf(state);
  const auto& table = metrics.endTable();
  const std::vector<Segment>& schedule = fork.learner.schedule();
  Learner reference = freshLearner(fork, config, "joint", schedule, seed);
  std::vector<double> best, reached, difference;
  double mean = 0;
  for (std::size_t stretch = 0; stretch < table.size(); ++stretch) {
    do {
      reference.step();
    } while (!reference.atSegmentEnd());
    const int task = schedule[stretch].task;
    best.push_back(fork.accuracy(reference, task));
    reached.push_back(table[stretch][static_cast<std::size_t>(task)]);
    difference.push_back(best.back() - reached.back());
    mean += difference.back() / static_cast<double>(table.size());
    progress.report(static_cast<double>(stretch + 1) / static_cast<double>(table.size()), LS_TR("joint training"));
  }
  State result;
  result.put("reference", Array::vector<double>(best));
  result.put("reached", Array::vector<double>(reached));
  result.put("intransigence", Array::vector<double>(difference));
  result.putScalar<double>("mean", table.empty() ? undefined : mean);
  return result;
}

State confusion(Fork& fork, const Config& arguments) {
  const int task = fork.task(arguments);
  const Samples& test = *fork.stream->tasks[static_cast<std::size_t>(task)].test;
  const TaskStream& stream = *fork.stream;
  const auto classes = static_cast<std::size_t>(stream.labels());
  const std::vector<int> answers =
      fork.evaluator.predictions(fork.learner.bench().theta.data(), test.x.data(), test.count, task);
  std::vector<double> table(classes * classes, 0.0), rows(classes, 0.0);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto label = static_cast<std::size_t>(stream.labelOf(test.y[i]));
    table[label * classes + static_cast<std::size_t>(stream.labelOf(answers[i]))] += 1;
    rows[label] += 1;
  }
  for (std::size_t i = 0; i < table.size(); ++i) table[i] /= std::max(1.0, rows[i / classes]);
  State result;
  result.put("confusion", Array::from<double>(table, {stream.labels(), stream.labels()}));
  return result;
}

/// What is fitted: a user's file, or one task's history.
RetentionData retentionData(const Config& config, const State& state, const Config& arguments) {
  if (const std::string file = arguments.text("file"); !file.empty()) return readRetentionCsv(file);
  const ContinualMetrics metrics = metricsOf(state);
  const std::int64_t number = arguments.integer("task");
  if (number < 1 || number > metrics.tasks())
    throw ConfigError("/task", std::to_string(number), "1.." + std::to_string(metrics.tasks()));
  RetentionData data;
  const double chance = chanceOf(streamOptionsOf(config))[static_cast<std::size_t>(number - 1)];
  metrics.retentionCurve(static_cast<int>(number) - 1, chance, data.tau, data.retention);
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
  if (analysis == "aligned-gaps") return alignedGaps(metricsOf(state));
  if (analysis == "gaps") return gaps(metricsOf(state));
  static const std::set<std::string> forked{"savings",         "probe",     "probe-all",
                                            "memory-pictures", "confusion", "intransigence"};
  if (!forked.contains(analysis))
    throw ConfigError("/analyse", analysis,
                      "forgetting-curve, aligned-gaps, gaps, savings, probe, probe-all, memory-pictures, confusion or "
                      "intransigence");
  Fork fork(config, seed, state, progress);
  if (analysis == "savings") return savings(fork, config, arguments, seed, progress);
  if (analysis == "probe") return probe(fork, config, arguments, seed, progress);
  if (analysis == "probe-all") return probeAll(fork, config, arguments, seed, progress);
  if (analysis == "memory-pictures") return memoryPictures(fork, arguments);
  if (analysis == "intransigence") return intransigence(fork, config, state, seed, progress);
  return confusion(fork, arguments);
}

}  // namespace learnscope::forgetting
