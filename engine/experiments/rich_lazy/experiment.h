// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::richlazy {

/// Builds the ensemble at step 0. Throws ConfigError, DataError, IoError.
std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress);

/// Runs one of the lab's analyses on a frozen state. Throws ConfigError on an unknown name or a bad argument.
State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments, const Progress& progress);

}  // namespace learnscope::richlazy
