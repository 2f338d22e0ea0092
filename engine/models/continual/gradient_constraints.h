// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace learnscope::continual {

/// GEM's dual (Lopez-Paz & Ranzato 2017, eq. 11): the v that minimises v' A v / 2 + b' v with v >= margin, A [k, k]
/// symmetric and positive semidefinite, k <= 20, by an exact active set. Empty if A is singular for the active set.
std::vector<double> constrainedMultipliers(std::span<const double> a, std::span<const double> b, double margin);

}  // namespace learnscope::continual
