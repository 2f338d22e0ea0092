// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"
#include "engine/core/random_stream.h"

namespace learnscope {

/// The intervention that labs with random streams share: other random numbers from here on, so that a branch differs
/// from its parent in chance alone. Its argument `draw` (1..2^20) says which.
inline constexpr const char* redrawId = "redraw";
InterventionDescription redrawIntervention();

/// Moves a stream to the part of it that starts `draw` times 2^40 outputs ahead: parts of different draws never meet.
void redraw(RandomStream& stream, std::int64_t draw);

}  // namespace learnscope
