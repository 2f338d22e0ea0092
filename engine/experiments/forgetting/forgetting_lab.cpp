// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/forgetting_lab.h"

#include <algorithm>

#include "engine/core/errors.h"
#include "engine/data/image_source.h"
#include "engine/experiments/forgetting/description.h"
#include "engine/experiments/forgetting/experiment.h"
#include "engine/experiments/forgetting/setting.h"

namespace learnscope::forgetting {
namespace {

using namespace continual;

// Task names of a config that may be wrong: then those of the default stream.
std::vector<std::string> namesOf(const Config& config) {
  try {
    return taskNames(streamOptionsOf(config));
  } catch (const std::exception&) {
    return taskNames(StreamOptions{});
  }
}

void checkFiles(const StreamOptions& options, std::vector<Problem>& problems) {
  if (options.images.empty() && options.cifar.empty()) return;
  const ImageSource source =
      options.images.empty() ? ImageSource::cifar(options.cifar) : ImageSource::idx(options.images, options.labels);
  std::vector<std::vector<int>> groups = taskClasses(options);
  if (groups.empty()) groups = {options.classes};
  const int pool = options.kind == StreamKind::Drift ? 5 * options.train : options.train;
  for (const std::vector<int>& group : groups)
    for (const int label : group) {
      const int count = static_cast<int>(group.size());
      const int needed = (pool + count - 1) / count + (options.test + count - 1) / count;
      if (source.available(label) < needed)
        problems.push_back({"/data.train", std::to_string(options.train),
                            "the files have " + std::to_string(source.available(label)) + " images of class " +
                                std::to_string(label) + ", training and evaluation need " + std::to_string(needed)});
    }
}

void checkCombinations(const Config& config, const StreamOptions& options, std::vector<Problem>& problems) {
  const MethodKind method = methodOptionsOf(config).kind;
  const bool drift = options.kind == StreamKind::Drift;
  if (drift && method != MethodKind::Naive && method != MethodKind::Er && method != MethodKind::Der &&
      method != MethodKind::DerPlus && method != MethodKind::AGem && method != MethodKind::ErAGem)
    problems.push_back(
        {"/method", config.text("method"), "a method that needs no task boundary: none, ER, A-GEM, DER"});
  if (drift && config.text("memory.policy") == "refill")
    problems.push_back({"/memory.policy", "refill", "reservoir: a drift has no task that ends"});
  const bool subsets = options.kind == StreamKind::Split || options.kind == StreamKind::Subsets;
  const bool sameClasses = !subsets && options.kind != StreamKind::Gaussians;
  if (options.separateHeads && drift)
    problems.push_back({"/heads", "separate", "shared: a drift has no task to tell its head by"});
  if (sameClasses && options.scenario != Scenario::Domain && !options.separateHeads)
    problems.push_back(
        {"/scenario", config.text("scenario"), "domain-incremental: all tasks have the same classes", true});
  if (subsets && options.scenario == Scenario::Domain)
    problems.push_back({"/scenario", "domain",
                        "class- or task-incremental: these tasks have classes of their own; "
                        "domain is taken as class-incremental",
                        true});
  if (method == MethodKind::Gem && taskCount(options) > 20)
    problems.push_back({"/method", "gem", "another method: GEM has one constraint a task, of at most 20"});
  if (config.integer("visits") > 0 && !config["schedule"].empty())
    problems.push_back({"/visits", std::to_string(config.integer("visits")), "0 beside an order of your own"});
  if (config.text("network") == "cnn" && options.kind >= StreamKind::Gaussians)
    problems.push_back({"/network", "cnn", "a perceptron: the samples of this stream are no images"});
  if (config.flag("batchNorm") && config.integer("batch") < 2)
    problems.push_back({"/batch", "1", "at least 2: batch normalisation needs a spread"});
  if (usesMemory(method) && config.integer("memory") == 0)
    problems.push_back({"/memory", "0", "more than 0 for a method that learns from memory", true});
}

class ForgettingLab final : public Lab {
 public:
  Description describe(const Config& config) const override {
    return {
        .id = "forgetting",
        .title = LS_TR("Forgetting"),
        .summary = LS_TR("Task after task; judged after every update, old tasks crash at each change and climb back."),
        .source =
            "Matthias De Lange, Gido van de Ven, Tinne Tuytelaars, Continual evaluation for lifelong learning: "
            "Identifying the stability gap, ICLR 2023, arXiv 2205.13452",
        .parameters = parameters(),
        .measures = measures(namesOf(config)),
        .events = eventRules(),
        .analyses = analyses(),
        .interventions = interventions()};
  }

  void validate(const Config& config, std::vector<Problem>& problems) const override {
    try {
      const StreamOptions options = streamOptionsOf(config);
      scheduleOf(config, 0);
      checkCombinations(config, options, problems);
      checkFiles(options, problems);
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    } catch (const Error& error) {
      problems.push_back({config.text("data.cifar").empty() ? "/data.images" : "/data.cifar", error.what(), ""});
    }
  }

  Estimate estimate(const Config& config) const override {
    const StreamOptions options = streamOptionsOf(config);
    const double inputs = options.cifar.empty() ? options.side * options.side : 3072;
    const double width = static_cast<double>(config.integer("width")),
                 depth = static_cast<double>(config.integer("depth"));
    const double tasks = taskCount(options), samples = tasks * (options.train + options.test);
    const double outputs = options.separateHeads ? 10 * tasks : 10;
    // Two convolutions act at each pixel, the second at a quarter of them, and leave 2 numbers a pixel.
    const bool cnn = config.text("network") == "cnn";
    const double channels = options.cifar.empty() ? 1 : 3, pixels = inputs / channels;
    const double convolved = cnn ? pixels * 9 * 16 * (channels + 8) : 0, features = cnn ? 2 * pixels : inputs;
    const double weights = features * width + (depth - 1) * width * width + outputs * width;
    const double products = weights + convolved;
    const double steps = static_cast<double>(stepsOf(config));
    const double training = steps * static_cast<double>(config.integer("batch")) * products * 6;
    const double evaluation =
        steps / static_cast<double>(config.integer("eval.every")) * (tasks + 1) / 2 * options.test * products * 2;
    const double activities = (cnn ? 60 * pixels : 0) * (continual::mostBatch + 512);
    return {.bytes = samples * inputs * 4 + 12 * weights * 4 + activities * 4 + 2e7,
            .seconds = (training + evaluation) / 50e9 + samples * 6e-5 + (config.flag("landscape") ? tasks : 0)};
  }

  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    return makeExperiment(config, seed, progress);
  }

  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    return forgetting::analyse(analysis, config, seed, state, arguments, progress);
  }

  // Whatever the rhythm, the end of a task is judged.
  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    const std::int64_t every = config.has("eval.every") ? config.integer("eval.every") : 1;
    if (cadence == "evaluation") return step % every == 0 || endsSegment(config, step);
    if (cadence == "pictures") return step % (10 * every) == 0 || endsSegment(config, step);
    return Lab::due(cadence, config, step);
  }

  std::int64_t defaultSteps(const Config& config) const override {
    try {
      return stepsOf(config);
    } catch (const std::exception&) {
      return 900;
    }
  }
};

}  // namespace

std::shared_ptr<const Lab> makeLab() { return std::make_shared<ForgettingLab>(); }

}  // namespace learnscope::forgetting
