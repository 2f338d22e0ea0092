// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"
#include "engine/experiments/grokking/world.h"
#include "engine/models/two_layer_trainer.h"

namespace learnscope::grokking {

/// Builds the experiment at step 0. Throws ConfigError, DataError, IoError.
std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress);

/// What an analysis sees: the world and the net of a saved state.
struct Frozen {
  std::unique_ptr<PairTask> task;
  FeatureSet features;
  std::unique_ptr<TwoLayerTrainer> trainer;
};
Frozen thaw(const Config& config, std::uint64_t seed, const State& state);

}  // namespace learnscope::grokking
