// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

/// A triangle list with a normal and a colour per vertex.
struct Triangles {
  std::vector<Vec3f> points;
  std::vector<Vec3f> normals;
  std::vector<Rgba> colors;
  std::vector<std::uint32_t> indices;  ///< three a triangle, counter-clockwise from outside
};

/// Round tubes with parallel-transported frames (no twist), flat ends, or joined where closed.
Triangles tessellate(const Tubes& tubes);
/// Cylinders with a lid, standing on their bottoms; a height below 0 hangs down.
Triangles tessellate(const Posts& posts);
/// A square or a disc.
Triangles tessellate(const Plane& plane);
/// Smooth normals: the area-weighted mean of those of the faces around a vertex. Faces with a bad index are left out.
Triangles tessellate(const Mesh& mesh);
/// Shaft and cone.
Triangles tessellate(const Arrows& arrows);

/// The box of a geometry, with the size of its marks.
Bounds boundsOf(const SceneLayer& layer);

}  // namespace learnscope
