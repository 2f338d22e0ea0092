// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "engine/measures/rigid_fit.h"

namespace learnscope {

/// The joint that one part of an object moves by, found from its points in several states.
struct JointEstimate {
  bool turns = false;              ///< revolute, else prismatic
  std::array<double, 3> axis{};    ///< length 1
  std::array<double, 3> origin{};  ///< a place of the axis; of a slide the mean of the part
  std::vector<double> values;      ///< of each state against the first: radians or units
  std::vector<bool> moves;         ///< which points belong to the part
  double residual = 0;             ///< root mean square distance that the rigid motion to the farthest state leaves
};

/// `states` are [n][3] each with the same n, in the order of the motion; point i is the same material point in all.
/// The part is found by turns: points that a rigid motion to the state farthest from the first explains better than
/// rest, and the motion that fits those (Kabsch). Nothing where nothing moves by more than a thousandth of the box, or
/// for fewer than two states or three moving points.
std::optional<JointEstimate> estimateJoint(std::span<const std::vector<double>> states);

}  // namespace learnscope
