// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/glyphs.h"

#include <array>

namespace learnscope {
namespace {

using Corners = std::array<Vec3, 3>;

/// The eight faces of the octahedron with corners on the axes, counter-clockwise from outside.
std::vector<Corners> octahedron() {
  std::vector<Corners> faces;
  for (const double x : {-1.0, 1.0})
    for (const double y : {-1.0, 1.0})
      for (const double z : {-1.0, 1.0}) {
        const Vec3 a{x, 0, 0}, b{0, y, 0}, c{0, 0, z};
        faces.push_back(x * y * z > 0 ? Corners{a, b, c} : Corners{a, c, b});
      }
  return faces;
}

/// A spike on each face of a small octahedron: eight points, seen as a star from everywhere.
std::vector<Corners> star() {
  std::vector<Corners> faces;
  for (const Corners& face : octahedron()) {
    const Vec3 tip = normalised(face[0] + face[1] + face[2]);
    for (std::size_t k = 0; k < 3; ++k) faces.push_back({face[k] * 0.45, face[(k + 1) % 3] * 0.45, tip});
  }
  return faces;
}

std::vector<Corners> cube() {
  std::vector<Corners> faces;
  const double e = 1 / std::sqrt(3.0);
  for (const Vec3 n : {Vec3{1, 0, 0}, Vec3{-1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, -1, 0}, Vec3{0, 0, 1}, Vec3{0, 0, -1}}) {
    const Vec3 u = std::abs(n.z) > 0 ? Vec3{1, 0, 0} : Vec3{0, 0, 1}, v = cross(n, u);
    const Vec3 a = (n - u - v) * e, b = (n + u - v) * e, c = (n + u + v) * e, d = (n - u + v) * e;
    faces.push_back({a, b, c});
    faces.push_back({a, c, d});
  }
  return faces;
}

}  // namespace

void GlyphSurface::add(GlyphShape shape, Vec3 centre, double radius) {
  const std::vector<Corners> solid = shape == GlyphShape::Cube   ? cube()
                                     : shape == GlyphShape::Star ? star()
                                                                 : octahedron();
  for (const Corners& face : solid) {
    for (const Vec3 corner : face) {
      faces.push_back(static_cast<std::uint32_t>(vertices.size()));
      vertices.emplace_back(centre + corner * radius);
    }
  }
}

}  // namespace learnscope
