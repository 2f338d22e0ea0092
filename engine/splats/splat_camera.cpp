// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/splat_camera.h"

#include <cmath>
#include <numbers>

namespace learnscope::splats {
namespace {

Vec3d normalised(const Vec3d& v) {
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  return {v[0] / length, v[1] / length, v[2] / length};
}

Vec3d cross(const Vec3d& a, const Vec3d& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

}  // namespace

Vec3d SplatCamera::eye() const {
  Vec3d e{};
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t r = 0; r < 3; ++r) e[k] -= rotation[3 * r + k] * translation[r];
  return e;
}

Vec3d SplatCamera::toCamera(const Vec3d& world) const {
  Vec3d t = translation;
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t k = 0; k < 3; ++k) t[r] += rotation[3 * r + k] * world[k];
  return t;
}

SplatCamera lookingAt(const Vec3d& eye, const Vec3d& target, const Vec3d& up, double fieldOfView, int width,
                      int height) {
  const Vec3d z = normalised({target[0] - eye[0], target[1] - eye[1], target[2] - eye[2]});
  const Vec3d x = normalised(cross(z, up)), y = cross(z, x);
  SplatCamera camera;
  camera.rotation = {x[0], x[1], x[2], y[0], y[1], y[2], z[0], z[1], z[2]};
  const Vec3d moved = camera.toCamera(eye);  // translation is still 0
  camera.translation = {-moved[0], -moved[1], -moved[2]};
  camera.focalX = camera.focalY = height / 2.0 / std::tan(fieldOfView * std::numbers::pi / 360);
  camera.centreX = width / 2.0;
  camera.centreY = height / 2.0;
  camera.width = width;
  camera.height = height;
  return camera;
}

}  // namespace learnscope::splats
