// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/morton.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace learnscope::splats {
namespace {

/// Puts two zero bits between the 21 lowest bits of v.
std::uint64_t spread(std::uint64_t v) {
  v = (v | v << 32U) & 0x001F00000000FFFFULL;
  v = (v | v << 16U) & 0x001F0000FF0000FFULL;
  v = (v | v << 8U) & 0x100F00F00F00F00FULL;
  v = (v | v << 4U) & 0x10C30C30C30C30C3ULL;
  return (v | v << 2U) & 0x1249249249249249ULL;
}

}  // namespace

std::vector<std::size_t> mortonOrder(const std::array<AlignedVector<float>, 3>& points) {
  const std::size_t n = points[0].size();
  std::vector<std::pair<std::uint64_t, std::size_t>> keyed(n);
  for (std::size_t i = 0; i < n; ++i) keyed[i].second = i;
  for (std::size_t axis = 0; axis < 3 && n > 0; ++axis) {
    const auto [low, high] = std::minmax_element(points[axis].begin(), points[axis].end());
    const double scale = *high > *low ? 2097151.0 / (static_cast<double>(*high) - *low) : 0;
    for (std::size_t i = 0; i < n; ++i)
      keyed[i].first |= spread(static_cast<std::uint64_t>((static_cast<double>(points[axis][i]) - *low) * scale))
                        << axis;
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = keyed[i].second;
  return order;
}

}  // namespace learnscope::splats
