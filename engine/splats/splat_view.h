// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/splats/gaussians.h"
#include "engine/splats/splat_camera.h"

namespace learnscope::splats {

/// Which way is up in a set's world; -y for files of photographs, +y for our procedural objects.
enum class UpAxis { PlusX, MinusX, PlusY, MinusY, PlusZ, MinusZ };
/// "+x", "-x", ...; throws ConfigError at `pointer`.
UpAxis upAxisOf(const std::string& name, const std::string& pointer);
std::string upAxisName(UpAxis up);

/// The world directions of an upright frame: front (from the scene to an eye at azimuth 0), side = up x front, up.
struct UprightFrame {
  Vec3d front, side, up;
  Vec3d toWorld(const Vec3d& upright) const;
  Vec3d toUpright(const Vec3d& world) const;
};
UprightFrame uprightFrame(UpAxis up);

/// A box that holds all but the outermost 0.5 % of the centres on each side of each axis: far strays do not count.
struct Extent {
  Vec3d low{}, high{};
  Vec3d centre() const;
  double radius() const;  ///< of the sphere around the box, world units
};
Extent robustExtent(const Gaussians& splats);

struct OrbitView {
  UpAxis up = UpAxis::MinusY;
  double azimuth = 20, elevation = 15;  ///< degrees
  double distance = 0;                  ///< world units; 0: so that the scene fills the picture
  double fieldOfView = 49.1;            ///< degrees, of the shorter side
};
/// eye = centre + distance (cos e cos a front + cos e sin a side + sin e up), looking at the centre of `extent`.
SplatCamera orbitCamera(const Extent& extent, const OrbitView& view, int width, int height);

}  // namespace learnscope::splats
