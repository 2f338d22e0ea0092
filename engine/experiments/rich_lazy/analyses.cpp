// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/ensemble.h"
#include "engine/experiments/rich_lazy/experiment.h"
#include "engine/experiments/rich_lazy/measurement.h"
#include "engine/models/threads.h"
#include "engine/models/weight_constraints.h"

namespace learnscope::richlazy {
namespace {

int indexOf(const Config& arguments, const char* name, int count) {
  const std::int64_t index = arguments.integer(name);
  if (index < 0 || index >= count)
    throw ConfigError(std::string("/") + name, std::to_string(index), "0.." + std::to_string(count - 1));
  return static_cast<int>(index);
}

State kernels(const Ensemble& ensemble, int member, int trials) {
  const TrialBatch& probes = ensemble.probes(ensemble.seedOf(member));
  const AlignedVector<float> x = firstTrials(probes, trials);
  State result;
  TangentKernel tangent;
  for (const bool start : {false, true}) {
    const TrialRnn& net = start ? ensemble.reference(member) : ensemble.net(member);
    tangent.compute(net, x, trials, probes.steps, probes.lastOnly());
    result.put(start ? "startKernel" : "kernel",
               Array::from<float>(tangent.values(), {tangent.rows(), tangent.rows()}));
  }
  return result;
}

State weights(const Ensemble& ensemble, int member) {
  const TrialRnn &now = ensemble.net(member), &start = ensemble.reference(member);
  const int n = now.hidden;
  const auto size = static_cast<std::size_t>(n);
  std::vector<float> left, right;
  singularSpaces(start.recurrent, n, n, left, right);
  std::vector<double> directions(size, 0.0);
  for (std::size_t d = 0; d < size; ++d)
    for (std::size_t i = 0; i < size; ++i) {
      double row = 0;
      for (std::size_t j = 0; j < size; ++j)
        row += static_cast<double>(now.recurrent[i * size + j] - start.recurrent[i * size + j]) *
               static_cast<double>(right[d * size + j]);
      directions[d] += static_cast<double>(left[d * size + i]) * row;
    }
  State result;
  result.put("weights", Array::from<float>(now.recurrent, {n, n}));
  result.put("startWeights", Array::from<float>(start.recurrent, {n, n}));
  result.put("directions", Array::vector<double>(directions));
  return result;
}

}  // namespace

State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments, const Progress& progress) {
  if (analysis != "kernel" && analysis != "weights")
    throw ConfigError("/analyse", analysis, "an analysis of this lab: kernel or weights");
  useOneThread();
  // The wiring is in the state; building it anew, an aligned one would train its twin again.
  Config quick = config;
  quick.set("twinSteps", 1);
  Ensemble ensemble(quick, seed, progress);
  ensemble.load(state.sub("ensemble."));
  const int structure = indexOf(arguments, "structure", ensemble.structures());
  const int member = structure * ensemble.seeds() + indexOf(arguments, "seedIndex", ensemble.seeds());
  progress.report(0.5);
  if (analysis == "kernel") return kernels(ensemble, member, static_cast<int>(config.integer("kernelTrials")));
  return weights(ensemble, member);
}

}  // namespace learnscope::richlazy
