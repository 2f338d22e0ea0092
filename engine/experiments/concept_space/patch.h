// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/experiments/concept_space/experiment.h"

namespace learnscope::concept_space {

/// Takes over the prompt MLPs P (and nothing else) of a snapshot: of the newest checkpoint at or before `step` of a run
/// file (-1: the last one). Returns that checkpoint's step. Throws DataError if it is of another architecture or prompt
/// length, or IoError.
std::int64_t patchPrompts(Frozen& frozen, const Config& config, const std::string& path, std::int64_t step);

}  // namespace learnscope::concept_space
