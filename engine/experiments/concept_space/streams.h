// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/array.h"
#include "engine/experiments/concept_space/setting.h"

namespace learnscope::concept_space {

/// The exact model's paths of the class never seen, on the floor of the cube: swing-by flow
/// (engine/measures/swing_by.h) from starts of several scales, with mu_p in proportion to the concept signals of this
/// world [paths, points, 3]. `sharpness` sigma is the spread of the clusters.
Array swingStreams(const Setting& setting, double spread);

}  // namespace learnscope::concept_space
