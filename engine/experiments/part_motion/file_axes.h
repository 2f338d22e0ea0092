// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/data/articulated_object.h"

namespace learnscope::partmotion {

/// Splat files have y down, the lab's world has y up: half a turn about x leads from one to the other and back.
inline constexpr std::array<int, 3> kFileAxes{1, -1, -1};
inline Coordinates otherAxes(const Coordinates& place) { return {place[0], -place[1], -place[2]}; }

}  // namespace learnscope::partmotion
