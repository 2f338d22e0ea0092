// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experiments/rnn_hmm/experiment.h"

namespace learnscope::rnnhmm {

/// A frozen net with its portrait and a fresh batch of states.
struct Scene {
  Frozen frozen;
  Net net;
  Chains chains;
  Portrait portrait;
  std::uint64_t seed;

  /// `arguments` name the probe: a factor on the noise, and the units whose recurrent drive is off in this copy.
  Scene(const Config& config, std::uint64_t runSeed, const State& state, const Config& arguments, int count = kChains,
        int steps = kChainSteps, int burnIn = kBurnIn)
      : frozen(probed(thaw(config, runSeed, state), arguments)),
        net(frozen.weights, frozen.training.sigma),
        chains(simulate(net.exact, count, burnIn, steps, analysisNoise(runSeed, "analysis", frozen.step))),
        portrait(frozen.portrait.hidden ? frozen.portrait : rotation(chains, net.exact, ThirdAxis::Component).portrait),
        seed(runSeed) {}

  BulkStream noise(std::string_view purpose) const { return analysisNoise(seed, purpose, frozen.step); }

 private:
  static Frozen probed(Frozen frozen, const Config& arguments);
};

// One function an analysis; their arguments and results are described in analysis_descriptions.cpp.
State noiseSweep(const Scene& scene, const Config& arguments, const Progress& progress);
State sequenceDistance(const Scene& scene, const Config& arguments, const Progress& progress);
State noiseSensitivity(const Scene& scene, const Config& arguments, const Progress& progress);
State units(const Scene& scene, const Config& arguments, const Progress& progress);
State exitAverage(const Scene& scene, const Config& arguments, const Progress& progress);
State blocks(const Scene& scene, const Config& arguments, const Progress& progress);
State regions(const Scene& scene, const Config& arguments, const Progress& progress);
State states(const Scene& scene, const Config& arguments, const Progress& progress);
State pairs(const Scene& scene, const Config& arguments, const Progress& progress);

}  // namespace learnscope::rnnhmm
