// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/experiments/rnn_hmm/measurement.h"

namespace learnscope::rnnhmm {

/// The dynamics in the orbit plane on a square grid of side x side cells over +-extent (standard deviations).
struct FlowField {
  std::vector<double> positions;   ///< [cells][3]
  std::vector<double> directions;  ///< [cells][3], plane coordinates of M(h) - h (noise) or F(h) - h (silence)
  std::vector<double> speed;       ///< log10 q at the lifted state [side][side], row = second axis
  std::vector<double> supported;   ///< 1 where visited states are near, else 0 (the lift is the plane itself)
  std::vector<double> drift;       ///< mean of the actual steps from the cell [cells][3]; NaN below 10 visits
  std::vector<double> visits;      ///< [side][side]
  std::vector<double> diffusion;   ///< trace of the covariance of those steps in the plane [side][side]; NaN below 10
};
/// Without `measured` drift, visits and diffusion stay empty.
FlowField flowField(const Net& net, const Chains& chains, const Portrait& portrait, bool noise, int side, double extent,
                    bool measured = true);

/// A state with given portrait coordinates: the smallest lift plus the mean offset of the (at most 8) nearest visited
/// states from theirs; clipped at 0 for ReLU.
std::vector<double> liftToState(const Chains& chains, const Portrait& portrait, const std::array<double, 3>& at,
                                bool nonNegative);

}  // namespace learnscope::rnnhmm
