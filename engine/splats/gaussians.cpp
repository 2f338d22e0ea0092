// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/gaussians.h"

#include <algorithm>
#include <cmath>

namespace learnscope::splats {
namespace {

/// Exponents of x, y, z modulo 2 of harmonic 1..15: bits 0, 1, 2.
constexpr std::array<int, 15> kParity{2, 4, 1, 3, 6, 0, 5, 0, 2, 7, 2, 4, 1, 4, 1};

int signOf(int parity, const std::array<int, 3>& sign) {
  int product = 1;
  for (int axis = 0; axis < 3; ++axis)
    if ((parity >> axis) & 1) product *= sign[static_cast<std::size_t>(axis)];
  return product;
}

}  // namespace

void Gaussians::resize(std::size_t count, int degree) {
  forEachColumn(*this, [count](auto& column) { column.resize(count); });
  if (degree != degree_) harmonics.clear();
  degree_ = degree;
  harmonics.resize((count + kBlock - 1) / kBlock * kBlock * 3 * static_cast<std::size_t>(harmonicCount()));
}

void Gaussians::copySplat(const Gaussians& other, std::size_t from, std::size_t to) {
  for (std::size_t k = 0; k < 3; ++k) {
    position[k][to] = other.position[k][from];
    logScale[k][to] = other.logScale[k][from];
    colour[k][to] = other.colour[k][from];
  }
  for (std::size_t k = 0; k < 4; ++k) rotation[k][to] = other.rotation[k][from];
  opacity[to] = other.opacity[from];
  for (int c = 0; c < 3; ++c)
    for (int j = 0; j < harmonicCount(); ++j) harmonic(to, c, j) = other.harmonic(from, c, j);
}

Gaussians Gaussians::taken(const std::vector<std::size_t>& order) const {
  Gaussians out(order.size(), degree_);
  for (std::size_t i = 0; i < order.size(); ++i) out.copySplat(*this, order[i], i);
  return out;
}

void Gaussians::mirror(std::array<int, 3> sign) {
  const int determinant = sign[0] * sign[1] * sign[2];
  const auto flip = [](AlignedVector<float>& values) {
    for (float& value : values) value = -value;
  };
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (sign[axis] < 0) flip(position[axis]);
    if (determinant * sign[axis] < 0) flip(rotation[axis + 1]);
  }
  for (int j = 0; j < harmonicCount(); ++j) {
    if (signOf(kParity[static_cast<std::size_t>(j)], sign) > 0) continue;
    for (int c = 0; c < 3; ++c)
      for (std::size_t i = 0; i < size(); ++i) harmonic(i, c, j) = -harmonic(i, c, j);
  }
}

std::array<std::array<float, 3>, 2> Gaussians::box() const {
  std::array<std::array<float, 3>, 2> box{};
  if (size() == 0) return box;
  for (std::size_t k = 0; k < 3; ++k) {
    const auto [low, high] = std::minmax_element(position[k].begin(), position[k].end());
    box[0][k] = *low;
    box[1][k] = *high;
  }
  return box;
}

bool isDrawable(const Gaussians& splats, std::size_t i) {
  float length = 0;
  for (std::size_t k = 0; k < 4; ++k) length += splats.rotation[k][i] * splats.rotation[k][i];
  // Comparisons are false for NaN, so each is written as what must hold.
  bool good = length > 0.25F && length < 4 && splats.opacity[i] >= 0 && splats.opacity[i] <= 1;
  for (std::size_t k = 0; k < 3; ++k)
    good = good && std::abs(splats.position[k][i]) <= 1e6F && splats.logScale[k][i] <= 10 &&
           splats.logScale[k][i] > -1e6F && std::abs(splats.colour[k][i]) < 1e6F;
  for (int c = 0; c < 3; ++c)
    for (int j = 0; j < splats.harmonicCount(); ++j) good = good && std::abs(splats.harmonic(i, c, j)) < 1e6F;
  return good;
}

std::size_t dropUndrawable(Gaussians& splats) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < splats.size(); ++i) {
    if (!isDrawable(splats, i)) continue;
    if (kept != i) splats.copySplat(splats, i, kept);
    ++kept;
  }
  const std::size_t dropped = splats.size() - kept;
  if (dropped > 0) splats.resize(kept, splats.degree());
  return dropped;
}

}  // namespace learnscope::splats
