// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/core/run.h"

namespace learnscope {

/// What was done to a run, as a script that makes it again bit for bit: {"lab", "config", "seed", "steps", "commands"}.
/// `lineage` is the run's ancestors from the one that began at step 0, then the run itself. Throws ConfigError if the
/// first is a branch.
Json scriptOf(std::span<const Run* const> lineage);

}  // namespace learnscope
