// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/splats/gaussians.h"

namespace learnscope::splats {

/// The health of a set (part-motion page, "splat health").
struct SplatStatistics {
  std::size_t count = 0;
  std::size_t visible = 0;  ///< opacity > 0.005
  double meanOpacity = 0;
  std::array<double, 3> opacity{};  ///< 5, 50, 95 %
  std::array<double, 3> scale{};    ///< of the largest of a splat's three, world units: 5, 50, 95 %
  double coloursOutside = 0;        ///< share of splats with a colour outside [0, 1]
};
SplatStatistics statisticsOf(const Gaussians& splats);

/// How far two sets of as many splats are apart, index by index.
struct SplatDifference {
  double position = 0;                                          ///< largest distance, world units
  double logScale = 0, colour = 0, opacity = 0, harmonics = 0;  ///< largest differences; harmonics of common bands
  double medianTurn = 0, largestTurn = 0;                       ///< between the rotations, degrees
};
SplatDifference differenceOf(const Gaussians& a, const Gaussians& b);

}  // namespace learnscope::splats
