// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace learnscope {

/// Spearman's rank correlation, -1..1: Pearson's correlation of the ranks, ties sharing their mean rank. Pairs with a
/// number that is not finite are left out; NaN for fewer than two pairs or where one side is constant. Throws
/// std::invalid_argument if the sizes differ.
double rankCorrelation(std::span<const double> x, std::span<const double> y);

}  // namespace learnscope
