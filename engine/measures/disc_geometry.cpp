// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/disc_geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace learnscope {
namespace {

constexpr float kLeastContrast = 0.02F;  ///< of green; below it there is no disc to be seen

float borderMedian(std::span<const float> plane, std::size_t side) {
  std::vector<float> border;
  for (std::size_t i = 0; i < side; ++i)
    border.insert(border.end(), {plane[i], plane[(side - 1) * side + i], plane[i * side], plane[i * side + side - 1]});
  const auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
  std::nth_element(border.begin(), middle, border.end());
  return *middle;
}

}  // namespace

DiscGeometry discGeometry(std::span<const float> image, int side) {
  const auto s = static_cast<std::size_t>(side), pixels = s * s;
  const std::span<const float> red = image.first(pixels), green = image.subspan(pixels, pixels),
                               blue = image.subspan(2 * pixels, pixels);
  const float ground = borderMedian(green, s);
  float farthest = 0;
  for (const float g : green) farthest = std::max(farthest, std::abs(g - ground));
  if (farthest < kLeastContrast) return {};
  double mass = 0, colour = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    const double mask = std::abs(green[i] - ground) / farthest;
    mass += mask;
    colour += mask * (blue[i] - red[i]);
  }
  const double spacing = 2.0 / (side - 1);
  return {std::sqrt(mass * spacing * spacing / std::numbers::pi), colour / mass};
}

}  // namespace learnscope
