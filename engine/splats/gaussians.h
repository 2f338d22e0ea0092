// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "engine/core/aligned.h"

namespace learnscope::splats {

/// Y_00, the constant spherical harmonic: colour = 0.5 + kBand0 * f_dc.
inline constexpr double kBand0 = 0.28209479177387814;

/// Harmonics a colour channel has beyond the constant one: 0, 3, 8, 15 for degree 0..3.
constexpr int harmonicsOf(int degree) { return (degree + 1) * (degree + 1) - 1; }

/// N three-dimensional Gaussians, one array a component (64-byte aligned). World axes are those of the 3DGS files:
/// x right, y down, z forward; readers of formats with other axes turn them.
///
/// Scales are natural logarithms of the standard deviations in world units, opacities linear in [0, 1], rotations unit
/// quaternions that take a splat's own axes to the world's, colours 0.5 + kBand0 * f_dc (may leave [0, 1]).
class Gaussians {
 public:
  Gaussians() = default;
  Gaussians(std::size_t count, int degree) { resize(count, degree); }

  std::array<AlignedVector<float>, 3> position, logScale;
  std::array<AlignedVector<float>, 4> rotation;  ///< w, x, y, z
  AlignedVector<float> opacity;
  std::array<AlignedVector<float>, 3> colour;  ///< red, green, blue
  /// Harmonics 1..15 of the three channels in blocks of kBlock splats, so that loops run over splats: see harmonic().
  AlignedVector<float> harmonics;

  static constexpr std::size_t kBlock = 16;

  std::size_t size() const { return opacity.size(); }
  int degree() const { return degree_; }
  /// Harmonics a channel beyond the constant one.
  int harmonicCount() const { return harmonicsOf(degree_); }
  /// Coefficient j (0 is the first of band 1) of channel c of splat i; c * harmonicCount() + j as in f_rest_.
  float& harmonic(std::size_t i, int c, int j) { return harmonics[harmonicIndex(i, c, j)]; }
  float harmonic(std::size_t i, int c, int j) const { return harmonics[harmonicIndex(i, c, j)]; }

  /// Sets the number of splats and the degree (0..3); new values are 0, old harmonics are lost if the degree changes.
  void resize(std::size_t count, int degree);
  /// Copies splat `from` of `other` (same degree) to splat `to`.
  void copySplat(const Gaussians& other, std::size_t from, std::size_t to);
  /// The splats of `order`, in that order.
  Gaussians taken(const std::vector<std::size_t>& order) const;
  /// Mirrors axes: sign is +1 or -1 each. Rotations and harmonics follow (v' = det(S) S v; parity of each harmonic).
  void mirror(std::array<int, 3> sign);

  /// Lowest and highest centre; {0, 0, 0} twice when empty.
  std::array<std::array<float, 3>, 2> box() const;
  bool operator==(const Gaussians&) const = default;

 private:
  std::size_t harmonicIndex(std::size_t i, int c, int j) const {
    const auto n = static_cast<std::size_t>(harmonicCount());
    return (i / kBlock * 3 * n + static_cast<std::size_t>(c) * n + static_cast<std::size_t>(j)) * kBlock + i % kBlock;
  }
  int degree_ = 0;
};

/// Calls f(array) for each of the arrays with one value a splat.
template <class G, class F>
void forEachColumn(G& splats, const F& f) {
  for (auto& column : splats.position) f(column);
  for (auto& column : splats.logScale) f(column);
  for (auto& column : splats.rotation) f(column);
  f(splats.opacity);
  for (auto& column : splats.colour) f(column);
}

/// Why a splat cannot be drawn: a value that is not finite, a quaternion without a direction, ln s > 10 or
/// |position| > 1e6.
bool isDrawable(const Gaussians& splats, std::size_t i);

/// Removes the splats that cannot be drawn and returns how many; the others keep their order.
std::size_t dropUndrawable(Gaussians& splats);

}  // namespace learnscope::splats
