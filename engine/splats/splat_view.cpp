// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/splat_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "engine/core/errors.h"

namespace learnscope::splats {
namespace {

constexpr std::array<const char*, 6> kNames{"+x", "-x", "+y", "-y", "+z", "-z"};
constexpr double kStrays = 0.005;
constexpr double kMargin = 1.05;

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

Vec3d cross(const Vec3d& a, const Vec3d& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double dot(const Vec3d& a, const Vec3d& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

}  // namespace

UpAxis upAxisOf(const std::string& name, const std::string& pointer) {
  for (std::size_t k = 0; k < kNames.size(); ++k)
    if (name == kNames[k]) return static_cast<UpAxis>(k);
  throw ConfigError(pointer, name, "one of +x, -x, +y, -y, +z, -z");
}

std::string upAxisName(UpAxis up) { return kNames[static_cast<std::size_t>(up)]; }

UprightFrame uprightFrame(UpAxis up) {
  const auto index = static_cast<std::size_t>(up);
  const double sign = index % 2 == 0 ? 1 : -1;
  UprightFrame frame{};
  frame.up[index / 2] = sign;
  // Photographs look along +z with y down; where z is up, along +y.
  if (index / 2 == 2)
    frame.front = {0, -sign, 0};
  else
    frame.front = {0, 0, sign};
  frame.side = cross(frame.up, frame.front);
  return frame;
}

Vec3d UprightFrame::toWorld(const Vec3d& v) const {
  Vec3d world;
  for (std::size_t k = 0; k < 3; ++k) world[k] = v[0] * front[k] + v[1] * side[k] + v[2] * up[k];
  return world;
}

Vec3d UprightFrame::toUpright(const Vec3d& v) const { return {dot(v, front), dot(v, side), dot(v, up)}; }

Vec3d Extent::centre() const { return {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2}; }

double Extent::radius() const {
  const Vec3d d{high[0] - low[0], high[1] - low[1], high[2] - low[2]};
  return std::sqrt(dot(d, d)) / 2;
}

Extent robustExtent(const Gaussians& splats) {
  Extent extent;
  const std::size_t n = splats.size();
  if (n == 0) return extent;
  const auto strays = static_cast<std::ptrdiff_t>(kStrays * static_cast<double>(n));
  std::vector<float> values;
  for (std::size_t k = 0; k < 3; ++k) {
    values.assign(splats.position[k].begin(), splats.position[k].end());
    std::nth_element(values.begin(), values.begin() + strays, values.end());
    extent.low[k] = values[static_cast<std::size_t>(strays)];
    std::nth_element(values.begin(), values.end() - 1 - strays, values.end());
    extent.high[k] = *(values.end() - 1 - strays);
  }
  return extent;
}

SplatCamera orbitCamera(const Extent& extent, const OrbitView& view, int width, int height) {
  const UprightFrame frame = uprightFrame(view.up);
  const double half = radians(view.fieldOfView) / 2;
  const double distance =
      view.distance > 0 ? view.distance : kMargin * std::max(extent.radius(), 1e-3) / std::sin(half);
  const double a = radians(view.azimuth), e = radians(view.elevation);
  const Vec3d offset = frame.toWorld({std::cos(e) * std::cos(a), std::cos(e) * std::sin(a), std::sin(e)});
  const Vec3d centre = extent.centre();
  Vec3d eye;
  for (std::size_t k = 0; k < 3; ++k) eye[k] = centre[k] + distance * offset[k];
  // Straight from above the front is up in the picture.
  const Vec3d up =
      std::abs(view.elevation) > 89.9
          ? frame.toWorld({-std::copysign(std::cos(a), view.elevation), -std::copysign(std::sin(a), view.elevation), 0})
          : frame.up;
  const double vertical =
      width >= height ? view.fieldOfView : 2 * std::atan(std::tan(half) * height / width) * 180 / std::numbers::pi;
  return lookingAt(eye, centre, up, vertical, width, height);
}

}  // namespace learnscope::splats
