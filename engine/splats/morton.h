// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/core/aligned.h"

namespace learnscope::splats {

/// Indices of the points along a Morton curve of 2^21 cells a side over their bounding box: neighbours in the list are
/// neighbours in space. Equal cells keep their order.
std::vector<std::size_t> mortonOrder(const std::array<AlignedVector<float>, 3>& points);

}  // namespace learnscope::splats
