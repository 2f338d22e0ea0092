// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/rich_lazy_lab.h"

#include <cmath>
#include <set>

#include "engine/experiments/rich_lazy/description.h"
#include "engine/experiments/rich_lazy/events.h"
#include "engine/experiments/rich_lazy/experiment.h"
#include "engine/experiments/rich_lazy/lab_task.h"
#include "engine/measures/tangent_kernel.h"

namespace learnscope::richlazy {
namespace {

void append(std::vector<Problem>& problems, const Error& error, const std::string& pointer) {
  if (const auto* refused = dynamic_cast<const ConfigError*>(&error))
    problems.insert(problems.end(), refused->problems().begin(), refused->problems().end());
  else
    problems.push_back({pointer, error.what(), ""});
}

void checkStructures(const Config& config, std::int64_t hidden, std::vector<Problem>& problems) {
  std::set<std::string> seen;
  for (const Json& id : config["structures"])
    if (!seen.insert(id.get<std::string>()).second)
      problems.push_back({"/structures", id.get<std::string>(), "each structure once"});
  if (seen.empty()) problems.push_back({"/structures", "[]", "at least one structure"});
  const bool ranked = seen.count("rank") != 0 || seen.count("aligned") != 0;
  std::set<double> ranks;
  if (ranked && config["init.ranks"].empty())
    problems.push_back({"/init.ranks", "[]", "at least one rank of 1.." + std::to_string(hidden)});
  for (const Json& entry : config["init.ranks"]) {
    const double rank = entry.get<double>();
    if (ranked && (rank < 1 || rank > static_cast<double>(hidden) || rank != std::floor(rank)))
      problems.push_back({"/init.ranks", entry.dump(), "must be 1.." + std::to_string(hidden)});
    else if (!ranks.insert(rank).second)
      problems.push_back({"/init.ranks", entry.dump(), "each rank once"});
  }
}

void checkWiring(const Config& config, std::vector<Problem>& problems) {
  const RecurrentInit init = initOf(config);
  for (const Structure& structure : structuresOf(config)) {
    if (structure.rank > init.hidden) continue;  // said already
    try {
      init.check(structure.wiring, structure.rank);
      // Only a given matrix can refuse to be scaled; what is drawn cannot but by a draw of nothing.
      if (structure.wiring == Wiring::User) recurrentMatrix(init, structure.wiring, 0, 0, userMatrixOf(config).values);
      if (structure.wiring == Wiring::Sparse) recurrentMatrix(init, structure.wiring, 0, 0);
    } catch (const Error& error) {
      append(problems, error, "/init.matrix");
    }
  }
}

void checkProbes(const Config& config, const LabTask& task, std::vector<Problem>& problems) {
  const std::int64_t kernelTrials = config.integer("kernelTrials");
  const std::int64_t rows = kernelRows(task, static_cast<int>(kernelTrials));
  if (rows > largestKernel)
    problems.push_back({"/kernelTrials", std::to_string(kernelTrials),
                        "kernel would need " + std::to_string(rows) + " rows (trials x " +
                            (task.lastOnly() ? "1 step" : std::to_string(task.steps()) + " steps") + " x " +
                            std::to_string(task.outputs()) + " outputs); limit " + std::to_string(largestKernel)});
  if (kernelTrials > config.integer("probeTrials"))
    problems.push_back({"/kernelTrials", std::to_string(kernelTrials), "at most probeTrials"});
}

class RichLazyLab final : public Lab {
 public:
  Description describe(const Config& config) const override {
    return {.id = "rich-lazy",
            .title = LS_TR("Rich and lazy learning"),
            .summary = LS_TR("The same task, the same norm, another wiring: some recurrent networks rebuild their "
                             "representation, others keep it."),
            .source =
                "Yuhan Helena Liu, Aristide Baratin, Jonathan Cornford, Stefan Mihalas, Eric Shea-Brown, Guillaume "
                "Lajoie, How connectivity structure shapes rich and lazy learning in neural circuits, ICLR 2024, arXiv "
                "2310.08513",
            .parameters = parameters(),
            .measures = measures(structuresOf(config)),
            .events = eventRules(),
            .analyses = analyses(),
            .interventions = interventions()};
  }

  void validate(const Config& config, std::vector<Problem>& problems) const override {
    if (config.integer("hidden") > 0 && config.integer("hidden") < smallestHidden) {
      problems.push_back({"/hidden", config["hidden"].dump(), "10 to 500, or 0 for the rows of init.matrix"});
      return;
    }
    std::int64_t hidden = 0;
    try {
      hidden = hiddenOf(config);
    } catch (const Error& error) {
      append(problems, error, "/init.matrix");
      return;
    }
    checkStructures(config, hidden, problems);
    checkWiring(config, problems);
    if (config.integer("updateRank") > hidden)
      problems.push_back({"/updateRank", config["updateRank"].dump(), "at most hidden"});
    try {
      checkProbes(config, LabTask(config, 0, 24), problems);
    } catch (const Error& error) {
      append(problems, error, "/task");
    }
  }

  Estimate estimate(const Config& config) const override {
    const auto n = static_cast<double>(hiddenOf(config)), steps = static_cast<double>(defaultSteps(config));
    const double members = static_cast<double>(structuresOf(config).size()) * static_cast<double>(seedsOf(config));
    const auto batch = static_cast<double>(config.integer("batch")),
               probes = static_cast<double>(config.integer("probeTrials")),
               every = static_cast<double>(config.integer("alignEvery"));
    const double length = config.text("task") == "digits" ? 28 : 8;
    const double kernel = static_cast<double>(config.integer("kernelTrials")) * (length > 8 ? 10 : 24);
    const double bytes =
        members * (6 * n * n + 2 * kernel * kernel + probes * n) * 4 + length * (probes + batch) * n * 12;
    const double step = members * length * batch * n * n * 6 / 40e9;
    const double evaluation = members * (length * probes * n * n * 2 + kernel * kernel * n * 30) / 40e9;
    return {.bytes = bytes, .seconds = steps * (step + evaluation / every)};
  }

  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    return makeExperiment(config, seed, progress);
  }

  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    return richlazy::analyse(analysis, config, seed, state, arguments, progress);
  }

  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    const std::int64_t every = config.has("alignEvery") ? config.integer("alignEvery") : 50;
    if (cadence == "alignments" || cadence == "pictures") return step % every == 0;
    if (cadence == "spectra") return step % (2 * every) == 0;
    return Lab::due(cadence, config, step);
  }

  std::int64_t defaultSteps(const Config&) const override { return 1500; }
};

}  // namespace

std::shared_ptr<const Lab> makeLab() { return std::make_shared<RichLazyLab>(); }

}  // namespace learnscope::richlazy
