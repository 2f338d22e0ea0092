// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/lab.h"

namespace learnscope::rnnhmm {

/// Runs one of the lab's analyses on a frozen state. Throws ConfigError on an unknown name or a bad argument.
State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments, const Progress& progress);

}  // namespace learnscope::rnnhmm
