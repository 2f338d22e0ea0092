// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/splats/gaussians.h"

namespace learnscope::splats {

struct RegionOptions {
  int neighbours = 6;   ///< whose mean distance is a splat's own spacing
  double reach = 2.5;   ///< spacings of the larger of two that a step may span
  double colour = 0.2;  ///< largest distance |rgb - rgb'|_2 of a splat from the first
};

/// The splats that hang together with splat `first`: steps to near ones of about the first one's colour. A part mask
/// where no labels are known. O(n * region). Order as in the set.
std::vector<std::size_t> regionAround(const Gaussians& splats, std::size_t first, const RegionOptions& options = {});

}  // namespace learnscope::splats
