// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::forgetting {

std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress);

State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments, const Progress& progress);

}  // namespace learnscope::forgetting
