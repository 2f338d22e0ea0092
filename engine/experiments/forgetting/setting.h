// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/config.h"
#include "engine/models/continual/learner.h"

namespace learnscope::forgetting {

/// What a config says, in the engine's terms. Throws ConfigError where a text or list cannot be understood.
StreamOptions streamOptionsOf(const Config& config);
continual::Architecture architectureOf(const Config& config);
continual::MethodOptions methodOptionsOf(const Config& config);
continual::TrainingOptions trainingOptionsOf(const Config& config);
continual::MemoryPolicy memoryPolicyOf(const Config& config);
/// Segments in order; tasks count from 0. The seed draws the order where "visits" asks for a random one.
std::vector<continual::Segment> scheduleOf(const Config& config, std::uint64_t seed);
/// Updates of the whole schedule.
std::int64_t stepsOf(const Config& config);
/// True at the last update of a scheduled segment.
bool endsSegment(const Config& config, std::int64_t step);

/// Tasks that a stream of random subsets may have: all there are of 5 of ten classes. Any other has up to 20.
inline constexpr int mostSubsets = 252;

/// The ids of parameter "method" in the order of MethodKind.
const std::vector<Choice>& methodChoices();

}  // namespace learnscope::forgetting
