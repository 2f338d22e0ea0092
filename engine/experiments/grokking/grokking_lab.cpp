// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/grokking_lab.h"

#include <algorithm>
#include <cmath>

#include "engine/experiments/grokking/analyses.h"
#include "engine/experiments/grokking/description.h"
#include "engine/experiments/grokking/events.h"
#include "engine/experiments/grokking/experiment.h"

namespace learnscope::grokking {
namespace {

constexpr int largestRepulsion = 1024;  ///< K up to which the repulsion share is recorded

// The description of expressions has no features. Unknown values fall back to the default.
bool hasFeatures(const Config& config) {
  return !(config.has("operation") && config["operation"].is_string() && config.text("operation") == "expression");
}

void append(std::vector<Problem>& problems, const Error& error, const std::string& pointer) {
  if (const auto* refused = dynamic_cast<const ConfigError*>(&error))
    problems.insert(problems.end(), refused->problems().begin(), refused->problems().end());
  else
    problems.push_back({pointer, error.what(), ""});
}

void checkPairs(const Config& config, int order, std::vector<Problem>& problems) {
  const std::int64_t all = static_cast<std::int64_t>(order) * order, n = requestedPairs(config, order);
  if (config.flag("energyOnly")) return;
  const bool given = config.integer("n") > 0;
  const std::string allowed =
      "training pairs must be between M and M^2 - 1 (" + std::to_string(order) + ".." + std::to_string(all - 1) + ")";
  if (given && n == all)
    problems.push_back({"/n", std::to_string(n), allowed + "; all pairs only with energyOnly"});
  else if (n < order || (given && n > all))
    problems.push_back({given ? "/n" : "/c",
                        given ? std::to_string(n) : config["c"].dump() + " gives n = " + std::to_string(n), allowed});
  else if (n >= all)
    problems.push_back({"/c", config["c"].dump() + " gives n = " + std::to_string(n),
                        "clipped to M^2 - 1 = " + std::to_string(all - 1), true});
}

void checkBatch(const Config& config, int order, std::vector<Problem>& problems) {
  const std::int64_t batch = config.integer("batch"), n = trainingPairs(config, order);
  if (batch != 0 && (batch < 8 || batch > n))
    problems.push_back({"/batch", std::to_string(batch), "0 (full) or 8.." + std::to_string(n)});
}

class GrokkingLab final : public Lab {
 public:
  Description describe(const Config& config) const override {
    const bool features = hasFeatures(config);
    return {.id = "grokking",
            .title = LS_TR("Grokking"),
            .summary = LS_TR("A two-layer network first memorises a group's multiplication table, then suddenly "
                             "understands it: three stages of feature emergence."),
            .source =
                "Yuandong Tian, Provable Scaling Laws of Feature Emergence from Learning Dynamics of Grokking, 2025, "
                "arXiv 2509.21519",
            .parameters = parameters(),
            .measures = measures(features),
            .events = eventRules(),
            .analyses = analyses(features),
            .interventions = interventions()};
  }

  void validate(const Config& config, std::vector<Problem>& problems) const override {
    try {
      optionsOf(config).check();
    } catch (const Error& error) {
      append(problems, error, "");
    }
    try {
      const OperationTable operation = operationOf(config);
      checkPairs(config, operation.order(), problems);
      checkBatch(config, operation.order(), problems);
    } catch (const Error& error) {
      append(problems, error, "/table");
    }
    if (config.text("backend") == "torchCuda" && !cudaAvailable())
      problems.push_back({"/backend", "torchCuda", "no CUDA device can be used here; native or torchCpu"});
    if (config.integer("every") > 10)
      problems.push_back(
          {"/every", config["every"].dump(), "logs more than 10 steps apart can miss both stage marks", true});
  }

  Estimate estimate(const Config& config) const override {
    double m = 47;
    double n = 905;
    try {
      const OperationTable operation = operationOf(config);
      m = operation.order();
      n = trainingPairs(config, operation.order());
    } catch (const Error&) {
      return {};  // validate says what is wrong
    }
    const auto k = static_cast<double>(config.integer("hidden"));
    const double value = config.text("precision") == "float64" ? 8 : 4,
                 every = static_cast<double>(config.integer("every"));
    const double weights = 3 * m * k, features = n * k, steps = static_cast<double>(defaultSteps(config));
    const double isotypes = m * m * (m / 2 + 1) * 8;
    // Weights, gradients, two moments, W0 and the step before; features of the training pairs in the trainer and
    // centred.
    const double bytes =
        weights * (4 * value + 24) + features * 6 * value + (n + 512) * m * value + isotypes + k * k * value * 2;
    const double step = 6 * n * m * k / 40e9 + 2 * n * k / 2e9,
                 log = 2 * m * m * m * k / 40e9 + 2 * n * m * k / 40e9 + 8 * n * k / 2e9;
    return {.bytes = bytes, .seconds = steps * (step + log / every)};
  }

  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    return makeExperiment(config, seed, progress);
  }

  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    return grokking::analyse(analysis, config, seed, state, arguments, progress);
  }

  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    const std::int64_t every = config.has("every") ? config.integer("every") : 10;
    if (cadence == "independence") return step % (5 * every) == 0;
    if (cadence == "repulsion") return step % (10 * every) == 0 && config.integer("hidden") <= largestRepulsion;
    return Lab::due(cadence, config, step);
  }

  std::int64_t defaultSteps(const Config&) const override { return 1500; }
};

}  // namespace

std::shared_ptr<const Lab> makeLab() { return std::make_shared<GrokkingLab>(); }

}  // namespace learnscope::grokking
