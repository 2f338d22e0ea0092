// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"
#include "engine/experiments/rnn_hmm/measurement.h"

namespace learnscope::rnnhmm {

/// Builds the experiment at step 0. Throws ConfigError, DataError, IoError.
std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress);

/// What an analysis sees of a saved state.
struct Frozen {
  World world;
  RnnTraining training;
  RnnWeights<float> weights;
  Portrait portrait;  ///< hidden == 0 before the first record
  std::int64_t step = 0;
};
Frozen thaw(const Config& config, std::uint64_t seed, const State& state);

/// Units named by a list, each a whole number 0..hidden-1; throws ConfigError at the pointer.
std::vector<int> unitsIn(const Json& list, const std::string& pointer, std::int64_t hidden);

}  // namespace learnscope::rnnhmm
