// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/splats/gaussians.h"

namespace learnscope::splats {

/// Splats of degree 0 from activated rows [n][14]: x y z | opacity | scales | quaternion w x y z | r g b.
Gaussians fromRows(std::span<const float> rows);
/// The other way; harmonics are left out.
std::vector<float> toRows(const Gaussians& splats);

}  // namespace learnscope::splats
