// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "widgets/scene/vec3.h"

namespace learnscope {

enum class GlyphShape { Octahedron, Cube, Star };

/// Corners and faces of glyphs; every face has corners of its own, so that it is drawn flat.
struct GlyphSurface {
  std::vector<Vec3f> vertices;
  std::vector<std::uint32_t> faces;  ///< three a triangle, counter-clockwise from outside

  /// Adds a solid about `centre` whose outermost corners are `radius` away.
  void add(GlyphShape shape, Vec3 centre, double radius);
};

}  // namespace learnscope
