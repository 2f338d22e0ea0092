// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/rnn_hmm_lab.h"

#include <algorithm>
#include <cmath>

#include "engine/experiments/rnn_hmm/analyses.h"
#include "engine/experiments/rnn_hmm/description.h"
#include "engine/experiments/rnn_hmm/events.h"
#include "engine/experiments/rnn_hmm/experiment.h"

namespace learnscope::rnnhmm {
namespace {

void warnOfTraining(const Config& config, std::vector<Problem>& problems) {
  const auto length = config.integer("train.length"), window = config.integer("train.window");
  if (window > 1 && window <= length) {
    const auto most = config.integer("train.batch") * (length / window);
    if (config.integer("train.windows") > most)
      problems.push_back({"/train.windows", config["train.windows"].dump(),
                          "clipped to B·⌊L/w⌋ = " + std::to_string(most) + " windows", true});
  }
  if (window == 0 && config.integer("train.batch") < 1024)
    problems.push_back({"/train.window", "0",
                        "whole sequences at a small batch never leave the plateau; B of 1024 or more, or windows",
                        true});
}

class RnnHmmLab final : public Lab {
 public:
  Description describe(const Config&) const override {
    return {.id = "rnn-hmm",
            .title = LS_TR("RNN → HMM"),
            .summary = LS_TR("A recurrent net fed nothing but noise learns the symbol sequences of a hidden Markov "
                             "model: noise makes the states."),
            .source =
                "Elia Torre, Michele Viscione, Lucas Pompe, Benjamin F. Grewe, Valerio Mante, Mechanistic "
                "Interpretability of RNNs emulating Hidden Markov Models, NeurIPS 2025, arXiv 2510.25674",
            .parameters = parameters(),
            .measures = measures(),
            .events = eventRules(),
            .analyses = analyses(),
            .interventions = interventions()};
  }

  void validate(const Config& config, std::vector<Problem>& problems) const override {
    int longest = 400;
    try {
      const World world(config);
      longest = world.longest();
      if (world.chain())
        for (const std::string_view warning : world.chain()->warnings())
          problems.push_back({"/hmm.transition", "", std::string(warning), true});
      if (world.file() && world.file()->count < 50)
        problems.push_back({"/hmm.file", std::to_string(world.file()->count) + " sequences",
                            "fewer than 50: statistics and floor of the loss are unsure", true});
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    } catch (const Error& error) {
      problems.push_back({"/hmm.file", error.what(), ""});
    }
    const std::vector<Problem> windows = windowProblems(config, longest);
    problems.insert(problems.end(), windows.begin(), windows.end());
    warnOfTraining(config, problems);
    try {
      unitsIn(config["probe.without"], "/probe.without", config.integer("model.hidden"));
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }

  Estimate estimate(const Config& config) const override {
    const RnnTraining t = trainingOf(config);
    const double h = static_cast<double>(config.integer("model.hidden")),
                 d = static_cast<double>(config.integer("model.inputs"));
    const double rows = static_cast<double>(t.batch) * t.length, n = t.clouds();
    const double bytes = rows * (2 * h + d + 13) * 4 + n * n * 24 + 40e6 + 8.0 * kChains * kChainSteps * h * 2;
    const double step = rows * (6 * h * h + 4 * h * d) / 50e9 + rows * d * 4e-9 + n * n * 6e-9;
    const double evaluation = 0.02 + 500.0 * t.length * 2 * h * (h + d) / 40e9 + n * n * 3e-8;
    const double dynamics =
        (kChains * kChainSteps * 2 * h * (2 * h + d) + 64 * 600 * 2 * h * h) / 15e9 + 1e-6 * h * h * h / 25;
    const double every = static_cast<double>(config.integer("every"));
    return {
        .bytes = bytes,
        .seconds = static_cast<double>(defaultSteps(config)) * (step + evaluation / every + dynamics / (2 * every))};
  }

  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    return makeExperiment(config, seed, progress);
  }

  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    return rnnhmm::analyse(analysis, config, seed, state, arguments, progress);
  }

  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    if (cadence == "scalars" || cadence == "dynamics" || cadence == "collapse" || cadence == "residency" ||
        cadence == "swarm")
      return step % spacing(config, cadence) == 0;
    return Lab::due(cadence, config, step);
  }

  std::int64_t defaultSteps(const Config& config) const override {
    const std::string family =
        config.has("hmm.family") && config["hmm.family"].is_string() ? config.text("hmm.family") : "";
    if (family == "full") return 1800;
    if (family == "cyclic") return 1200;
    return 600;
  }
};

}  // namespace

std::shared_ptr<const Lab> makeLab() { return std::make_shared<RnnHmmLab>(); }

}  // namespace learnscope::rnnhmm
