// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/core/lab.h"

namespace learnscope::splats {

/// Mean distance of every point to its k nearest others (fewer if there are fewer; 0 for a lone point). Exact, by a
/// k-d tree: O(n log n) for points in general position, and no worse than that for equal points.
std::vector<float> neighbourDistances(const std::array<AlignedVector<float>, 3>& points, int k,
                                      const Progress& progress = {});

}  // namespace learnscope::splats
