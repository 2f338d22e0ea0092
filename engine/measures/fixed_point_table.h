// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/state.h"
#include "engine/measures/fixed_points.h"

namespace learnscope {

/// The points of a search as arrays, one row a point: states [F][D], q, slow, unstable (-1 where the Jacobian is
/// undefined), starts, basin, continuum (-1: none), eigenvalues [F][D][2] by descending modulus and directions
/// [F][min(3, D)][D] (NaN where there are none). `dimension` is D.
State fixedPointTable(const FixedPoints& found, int dimension);

}  // namespace learnscope
