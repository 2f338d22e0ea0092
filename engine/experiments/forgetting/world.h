// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/lab.h"
#include "engine/models/continual/learner.h"

namespace learnscope::forgetting {

/// The stream of a config, with at most as many samples as the files have.
std::shared_ptr<const TaskStream> makeStream(const Config& config, std::uint64_t seed, const Progress& progress);
/// The learner of a config at step 0.
continual::Learner makeLearner(const Config& config, std::shared_ptr<const TaskStream> stream, std::uint64_t seed);

}  // namespace learnscope::forgetting
