// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy_exact/exact_lab.h"

#include <cmath>

#include "engine/experiments/rich_lazy_exact/description.h"
#include "engine/experiments/rich_lazy_exact/problems.h"
#include "engine/models/threads.h"

namespace learnscope::richlazyexact {
namespace {

constexpr std::size_t mostEntries = 12;

/// One rule for all lists: so many entries, in bounds, ascending where `sorted`.
void checkList(const Config& config, const char* id, double above, double atMost, bool sorted,
               std::vector<Problem>& problems) {
  const std::vector<double> list = listOf(config, id);
  const std::string pointer = std::string("/") + id;
  if (list.empty() || list.size() > mostEntries)
    problems.push_back({pointer, config[id].dump(), "1 to " + std::to_string(mostEntries) + " numbers"});
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!(list[i] > above) || list[i] > atMost)
      problems.push_back({pointer + "/" + std::to_string(i), config[id][i].dump(),
                          "above " + Json(above).dump() + ", at most " + Json(atMost).dump()});
    if (sorted && i > 0 && !(list[i] > list[i - 1]))
      problems.push_back({pointer + "/" + std::to_string(i), config[id][i].dump(), "each once, ascending"});
  }
}

void checkModes(const Config& config, std::vector<Problem>& problems) {
  checkList(config, "values", 0, 20, false, problems);
  const std::vector<double> values = listOf(config, "values");
  double largest = std::abs(config.real("lambda"));
  const auto depth = static_cast<double>(config.integer("depth"));
  for (const double value : values) largest = std::max(largest, depth * std::pow(value, 2 - 2 / depth));
  if (config.real("timeStep") * largest > 1)
    problems.push_back({"/timeStep", config["timeStep"].dump(),
                        "at most 1 / max(|lambda|, L s^(2 - 2/L)) = " + Json(1 / largest).dump() + " follows the flow",
                        true});
  if (depth > 2 && config.real("lambda") != 0)
    problems.push_back({"/lambda", config["lambda"].dump(), "0 where depth > 2: deeper starts balance every layer"});
  if (config.text("start") == "random")
    problems.push_back({"/start", "random",
                        "balance residual exceeds 1e-8 (event \"no-twin\" gives it): exact twin disabled, the net "
                        "still runs",
                        true});
  else if (depth > 2 && config.text("basis") != "aligned")
    problems.push_back({"/basis", config["basis"].dump(),
                        "\"aligned\" has an exact twin where depth > 2; from other directions the net still runs",
                        true});
}

void checkRanks(const Config& config, std::vector<Problem>& problems) {
  const auto dimension = static_cast<double>(config.integer("dimension"));
  checkList(config, "ranks", 0, dimension, true, problems);
  for (const double rank : listOf(config, "ranks"))
    if (rank != std::floor(rank))
      problems.push_back({"/ranks", Json(rank).dump(), "must be 1.." + config["dimension"].dump()});
}

class ExactLab final : public Lab {
 public:
  Description describe(const Config& config) const override {
    return {.id = "rich-lazy-exact",
            .title = LS_TR("Rich and lazy, exactly"),
            .summary = LS_TR("Networks whose learning has a formula, trained beside it: modes, ranks, small starts, "
                             "large scales."),
            .source =
                "Saxe, McClelland, Ganguli 2013, arXiv 1312.6120; Domin\u00e9 et al. 2024, arXiv 2409.14623; "
                "Woodworth et al. 2020, arXiv 2002.09277; Chizat, Oyallon, Bach 2019, arXiv 1812.07956",
            .parameters = parameters(),
            .measures = measures(config),
            .events = eventRules(),
            .analyses = {},
            .interventions = {}};
  }

  void validate(const Config& config, std::vector<Problem>& problems) const override {
    const std::string problem = config.text("problem");
    if (problem == "modes") checkModes(config, problems);
    if (problem == "ranks") checkRanks(config, problems);
    if (problem == "diagonal") {
      checkList(config, "alphas", 0, 100, true, problems);
      if (config.integer("rows") >= config.integer("columns"))
        problems.push_back(
            {"/rows", config["rows"].dump(),
             "fewer than columns, " + config["columns"].dump() + ": else there is one solution for every alpha"});
    }
    if (problem == "scale") checkList(config, "scales", 0, 1e6, true, problems);
  }

  Estimate estimate(const Config& config) const override {
    const std::string problem = config.text("problem");
    const auto steps = static_cast<double>(defaultSteps(config));
    if (problem == "ranks") {
      const auto d = static_cast<double>(config.integer("dimension"));
      const double nets = static_cast<double>(rankNames(listOf(config, "ranks"), config.real("kappa") != 1).size()) *
                          static_cast<double>(config.integer("teachers"));
      return {.bytes = nets * d * d * 40, .seconds = steps * nets * (30 * d * d + 2000) / 2e9};
    }
    if (problem == "diagonal") {
      const double cells = static_cast<double>(config.integer("rows")) * static_cast<double>(config.integer("columns"));
      return {.bytes = cells * 24, .seconds = steps * diagonalBurst * (6 * cells + 500) * 4 / 2e9};
    }
    if (problem == "scale") {
      const auto points = static_cast<double>(config.integer("points")),
                 width = static_cast<double>(config.integer("width")),
                 inputs = static_cast<double>(config.integer("inputs"));
      const auto nets = static_cast<double>(listOf(config, "scales").size());
      return {.bytes = 8 * (points * points + nets * (4 * points * width + 3 * width * inputs)),
              .seconds = steps * nets * points * width * (4 * inputs + 20) / 2e9};
    }
    return {.bytes = 1e5, .seconds = steps * 1e-5 * static_cast<double>(config.integer("depth"))};
  }

  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    useOneThread();
    progress.report(0);
    const std::string problem = config.text("problem");
    if (problem == "ranks") return makeRanks(config, seed);
    if (problem == "diagonal") return makeDiagonal(config, seed);
    if (problem == "scale") return makeScale(config, seed);
    return makeModes(config, seed);
  }

  State analyse(const std::string& analysis, const Config&, std::uint64_t, const State&, const Config&,
                const Progress&) const override {
    throw ConfigError("/analyse", analysis, "this lab has no analyses: everything is recorded");
  }

  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    const std::int64_t every = config.has("every") ? config.integer("every") : 10;
    if (cadence == "kernels") return step % (10 * every) == 0;
    return Lab::due(cadence, config, step);
  }

  std::int64_t defaultSteps(const Config& config) const override {
    const std::string problem = config.has("problem") && config["problem"].is_string() ? config.text("problem") : "";
    return problem == "ranks" ? 600 : problem == "diagonal" ? 1500 : problem == "scale" ? 6000 : 2000;
  }
};

}  // namespace

std::shared_ptr<const Lab> makeLab() { return std::make_shared<ExactLab>(); }

}  // namespace learnscope::richlazyexact
