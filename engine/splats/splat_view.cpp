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
constexpr double kMargin = 1.08;

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

namespace {

/// The distance at which the corners of the box just lie inside the picture, seen along the camera's own axes.
double fittingDistance(const Extent& extent, const SplatCamera& camera) {
  const Vec3d centre = extent.centre();
  double needed = 1e-3;
  for (unsigned corner = 0; corner < 8; ++corner) {
    Vec3d p;
    for (std::size_t k = 0; k < 3; ++k) p[k] = (corner >> k & 1U ? extent.high[k] : extent.low[k]) - centre[k];
    const auto along = [&](std::size_t row) {
      return dot(p, {camera.rotation[3 * row], camera.rotation[3 * row + 1], camera.rotation[3 * row + 2]});
    };
    const double across = std::max(std::abs(along(0)) * camera.focalX / (camera.width / 2.0),
                                   std::abs(along(1)) * camera.focalY / (camera.height / 2.0));
    needed = std::max(needed, kMargin * across - along(2));
  }
  return needed;
}

}  // namespace

SplatCamera orbitCamera(const Extent& extent, const OrbitView& view, int width, int height) {
  const UprightFrame frame = uprightFrame(view.up);
  const double half = radians(view.fieldOfView) / 2, a = radians(view.azimuth), e = radians(view.elevation);
  const Vec3d offset = frame.toWorld({std::cos(e) * std::cos(a), std::cos(e) * std::sin(a), std::sin(e)});
  // Straight from above the front is down in the picture.
  const Vec3d up =
      std::abs(view.elevation) > 89.9
          ? frame.toWorld({-std::copysign(std::cos(a), view.elevation), -std::copysign(std::sin(a), view.elevation), 0})
          : frame.up;
  const double vertical =
      width >= height ? view.fieldOfView : 2 * std::atan(std::tan(half) * height / width) * 180 / std::numbers::pi;
  const Vec3d centre = extent.centre();
  const auto from = [&](double distance) {
    const Vec3d eye{centre[0] + distance * offset[0], centre[1] + distance * offset[1],
                    centre[2] + distance * offset[2]};
    return lookingAt(eye, centre, up, vertical, width, height);
  };
  return from(view.distance > 0 ? view.distance : fittingDistance(extent, from(1)));
}

}  // namespace learnscope::splats
