// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"
#include "engine/experiments/part_motion/model.h"

namespace learnscope::partmotion {

std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed);

/// The network's weights in a saved state. Throws DataError.
AlignedVector<float> savedWeights(const State& state, const Model& model);

/// The lab's analyses on a saved state. Throws ConfigError or DataError.
State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments);

}  // namespace learnscope::partmotion
