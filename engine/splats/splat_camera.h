// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

namespace learnscope::splats {

using Vec3d = std::array<double, 3>;

/// x/z and y/z count in a projection's Jacobian up to this many times the edge of the picture.
inline constexpr double kJacobianLimit = 1.3;

/// A pinhole or orthographic camera: t = W mu + b in OpenCV's frame (x right, y down, z forward), pixel
/// u = focal t_xy / t_z + centre (orthographic: without the division), pixel centres at +0.5, origin top left.
struct SplatCamera {
  std::array<double, 9> rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< W, row-major, world to camera
  Vec3d translation{};                                        ///< b
  double focalX = 1, focalY = 1;                              ///< pixels (orthographic: pixels a world unit)
  double centreX = 0, centreY = 0;                            ///< pixels
  int width = 1, height = 1;
  bool orthographic = false;
  double nearest = 0.05;  ///< splats with t_z below are not drawn

  Vec3d eye() const;
  Vec3d forward() const { return {rotation[6], rotation[7], rotation[8]}; }
  Vec3d toCamera(const Vec3d& world) const;
};

/// At `eye`, looking at `target`, `up` upwards in the picture; `fieldOfView` in degrees is the vertical one.
SplatCamera lookingAt(const Vec3d& eye, const Vec3d& target, const Vec3d& up, double fieldOfView, int width,
                      int height);

}  // namespace learnscope::splats
