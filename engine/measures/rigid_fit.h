// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <span>

namespace learnscope {

/// The rigid motion y = R x + t that takes points to points with the least mean square (Kabsch 1976), and the screw it
/// is: a turn about an axis and a slide along it (Chasles).
struct RigidFit {
  std::array<double, 9> rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< R, row-major
  std::array<double, 3> translation{};                        ///< t
  double angle = 0;                                           ///< of the turn, 0..pi
  std::array<double, 3> axis{};    ///< of the turn, length 1; zero where nothing turns (angle < 1e-6)
  std::array<double, 3> origin{};  ///< the place of the axis nearest to the points' mean
  std::array<double, 3> shift{};   ///< of the points' mean
  double residual = 0;             ///< root mean square distance that the motion leaves
};

/// `from` and `to` are [n][3] with the same n; nothing for fewer than three points.
std::optional<RigidFit> fitRigidMotion(std::span<const double> from, std::span<const double> to);

}  // namespace learnscope
