// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/tessellation.h"

#include <numbers>

namespace learnscope {
namespace {

constexpr int tubeSides = 12;
constexpr int postSides = 28;
constexpr int arrowSides = 14;
constexpr int discSides = 96;

Vec3 anyPerpendicular(Vec3 direction) {
  const Vec3 helper = std::abs(direction.z) < 0.9 ? Vec3{0, 0, 1} : Vec3{1, 0, 0};
  return normalised(cross(direction, helper), {1, 0, 0});
}

class Builder {
 public:
  explicit Builder(Triangles& out) : out_(out) {}
  std::uint32_t vertex(Vec3 point, Vec3 normal, Rgba color) {
    out_.points.emplace_back(point);
    out_.normals.emplace_back(normal);
    out_.colors.push_back(color);
    return static_cast<std::uint32_t>(out_.points.size() - 1);
  }
  void triangle(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    out_.indices.insert(out_.indices.end(), {a, b, c});
  }
  /// `sides` vertices around `centre` in the plane of u, v; normals tilt by `slope` along `axis` (0: straight out).
  std::uint32_t ring(Vec3 centre, Vec3 u, Vec3 v, double radius, Rgba color, int sides, Vec3 axis = {},
                     double slope = 0) {
    const auto first = static_cast<std::uint32_t>(out_.points.size());
    for (int i = 0; i < sides; ++i) {
      const double angle = 2 * std::numbers::pi * i / sides;
      const Vec3 out = u * std::cos(angle) + v * std::sin(angle);
      vertex(centre + out * radius, normalised(out + axis * slope), color);
    }
    return first;
  }
  /// Joins two rings of equal size; `b` lies along u x v from `a`.
  void wall(std::uint32_t a, std::uint32_t b, int sides) {
    for (int i = 0; i < sides; ++i) {
      const auto j = static_cast<std::uint32_t>((i + 1) % sides), k = static_cast<std::uint32_t>(i);
      triangle(a + k, a + j, b + j);
      triangle(a + k, b + j, b + k);
    }
  }
  /// A flat disc facing `normal` = +-(u x v).
  void lid(Vec3 centre, Vec3 u, Vec3 v, double radius, Rgba color, int sides, Vec3 normal) {
    const std::uint32_t middle = vertex(centre, normal, color);
    const bool turned = dot(cross(u, v), normal) < 0;
    const auto first = static_cast<std::uint32_t>(out_.points.size());
    for (int i = 0; i < sides; ++i) {
      const double angle = 2 * std::numbers::pi * i / sides;
      vertex(centre + (u * std::cos(angle) + v * std::sin(angle)) * radius, normal, color);
    }
    for (int i = 0; i < sides; ++i) {
      const auto j = static_cast<std::uint32_t>((i + 1) % sides), k = static_cast<std::uint32_t>(i);
      triangle(middle, first + (turned ? j : k), first + (turned ? k : j));
    }
  }

 private:
  Triangles& out_;
};

/// One strand: the frame is carried along by the smallest rotation between successive tangents; on a closed strand the
/// twist left at the end is spread evenly.
void tubeStrand(Builder& builder, const Tubes& tubes, std::size_t first, std::size_t count) {
  if (count < 2) return;
  const auto at = [&](std::size_t i) { return tubes.positions[first + i % count].wide(); };
  const auto tangent = [&](std::size_t i) {
    const Vec3 before = i > 0 ? at(i - 1) : tubes.closed ? at(count - 1) : at(0);
    const Vec3 after = i + 1 < count ? at(i + 1) : tubes.closed ? at(0) : at(count - 1);
    return normalised(after - before, {1, 0, 0});
  };
  std::vector<Vec3> tangents(count), across(count);
  for (std::size_t i = 0; i < count; ++i) tangents[i] = tangent(i);
  const auto carry = [](Vec3 u, Vec3 onto) { return normalised(u - onto * dot(u, onto), anyPerpendicular(onto)); };
  across[0] = anyPerpendicular(tangents[0]);
  for (std::size_t i = 1; i < count; ++i) across[i] = carry(across[i - 1], tangents[i]);
  double twist = 0;
  if (tubes.closed) {
    const Vec3 last = carry(across[count - 1], tangents[0]);
    twist = std::atan2(dot(cross(last, across[0]), tangents[0]), dot(last, across[0]));
  }
  std::vector<std::uint32_t> rings(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = twist * static_cast<double>(i) / static_cast<double>(count);
    const Vec3 v0 = cross(tangents[i], across[i]);
    const Vec3 u = across[i] * std::cos(angle) + v0 * std::sin(angle);
    const double radius = tubes.radiusAt(first + i);
    rings[i] = builder.ring(at(i), u, cross(tangents[i], u), radius, tubes.colors[first + i], tubeSides);
    if (i > 0) builder.wall(rings[i - 1], rings[i], tubeSides);
    if (!tubes.closed && (i == 0 || i + 1 == count))
      builder.lid(at(i), u, cross(tangents[i], u), radius, tubes.colors[first + i], tubeSides,
                  i == 0 ? tangents[i] * -1 : tangents[i]);
  }
  if (tubes.closed) builder.wall(rings[count - 1], rings[0], tubeSides);
}

}  // namespace

Triangles tessellate(const Tubes& tubes) {
  Triangles out;
  Builder builder(out);
  std::size_t first = 0;
  for (const std::uint32_t count : tubes.strands) {
    tubeStrand(builder, tubes, first, count);
    first += count;
  }
  return out;
}

Triangles tessellate(const Posts& posts) {
  Triangles out;
  Builder builder(out);
  const Vec3 x{1, 0, 0}, y{0, 1, 0};
  for (std::size_t i = 0; i < posts.bottoms.size(); ++i) {
    const Vec3 bottom = posts.bottoms[i].wide();
    const double height = posts.heights[i];
    const Vec3 low = height < 0 ? bottom + Vec3{0, 0, height} : bottom, high = low + Vec3{0, 0, std::abs(height)};
    // A narrow bevel at the top catches the light and separates lid and wall.
    const double radius = posts.radius, bevel = std::min(0.25 * radius, std::abs(height));
    const Rgba color = posts.colors[i];
    const std::uint32_t a = builder.ring(low, x, y, radius, color, postSides);
    const std::uint32_t b = builder.ring(high - Vec3{0, 0, bevel}, x, y, radius, color, postSides);
    const std::uint32_t c = builder.ring(high, x, y, radius - bevel, color, postSides, {0, 0, 1}, 2.5);
    builder.wall(a, b, postSides);
    builder.wall(b, c, postSides);
    builder.lid(high, x, y, radius - bevel, color, postSides, {0, 0, 1});
  }
  return out;
}

Triangles tessellate(const Plane& plane) {
  Triangles out;
  Builder builder(out);
  const Vec3 up{0, 0, 1};
  if (plane.round) {
    builder.lid(plane.centre, {1, 0, 0}, {0, 1, 0}, plane.extent, plane.color, discSides, up);
    return out;
  }
  const double e = plane.extent;
  for (const auto& [x, y] : {std::pair{-e, -e}, {e, -e}, {e, e}, {-e, e}})
    builder.vertex(plane.centre + Vec3{x, y, 0}, up, plane.color);
  builder.triangle(0, 1, 2);
  builder.triangle(0, 2, 3);
  return out;
}

Triangles tessellate(const Mesh& mesh) {
  Triangles out;
  out.points.assign(mesh.vertices.begin(), mesh.vertices.end());
  out.colors.assign(mesh.colors.begin(), mesh.colors.end());
  out.colors.resize(out.points.size());
  std::vector<Vec3> sums(out.points.size());
  const std::size_t n = out.points.size();
  for (std::size_t f = 0; f + 2 < mesh.faces.size(); f += 3) {
    const std::uint32_t a = mesh.faces[f], b = mesh.faces[f + 1], c = mesh.faces[f + 2];
    if (a >= n || b >= n || c >= n) continue;
    const Vec3 p = out.points[a].wide();
    const Vec3 area = cross(out.points[b].wide() - p, out.points[c].wide() - p);
    if (!finite(area)) continue;
    for (const std::uint32_t v : {a, b, c}) sums[v] = sums[v] + area;
    out.indices.insert(out.indices.end(), {a, b, c});
  }
  for (const Vec3 sum : sums) out.normals.emplace_back(normalised(sum));
  return out;
}

Triangles tessellate(const Arrows& arrows) {
  Triangles out;
  Builder builder(out);
  for (std::size_t i = 0; i < arrows.positions.size(); ++i) {
    const Vec3 start = arrows.positions[i].wide(), whole = arrows.directions[i].wide();
    const double size = length(whole);
    if (!(size > 1e-9)) continue;
    const Vec3 along = whole * (1 / size), u = anyPerpendicular(along), v = cross(along, u);
    const double head = std::min(size * 0.4, 5.0 * arrows.radius), shaft = std::min<double>(arrows.radius, size * 0.08);
    const double wide = head * 0.45;
    const Vec3 neck = start + along * (size - head);
    const Rgba color = arrows.colors[i];
    builder.lid(start, u, v, shaft, color, arrowSides, along * -1);
    builder.wall(builder.ring(start, u, v, shaft, color, arrowSides),
                 builder.ring(neck, u, v, shaft, color, arrowSides), arrowSides);
    builder.lid(neck, u, v, wide, color, arrowSides, along * -1);
    const std::uint32_t base = builder.ring(neck, u, v, wide, color, arrowSides, along, wide / head);
    builder.wall(base, builder.ring(start + whole, u, v, 1e-6, color, arrowSides, along, wide / head), arrowSides);
  }
  return out;
}

Bounds boundsOf(const SceneLayer& layer) {
  Bounds bounds;
  const auto all = [&](const Column<Vec3f>& points, double margin) {
    for (const Vec3f& p : points) bounds.add(p.wide(), margin);
  };
  if (const auto* spheres = std::get_if<Spheres>(&layer.geometry)) {
    for (std::size_t i = 0; i < spheres->positions.size(); ++i)
      bounds.add(spheres->positions[i].wide(), spheres->radii[i]);
  } else if (const auto* tubes = std::get_if<Tubes>(&layer.geometry)) {
    for (std::size_t i = 0; i < tubes->positions.size(); ++i)
      bounds.add(tubes->positions[i].wide(), tubes->radiusAt(i));
  } else if (const auto* lines = std::get_if<Lines>(&layer.geometry)) {
    all(lines->positions, 0);
  } else if (const auto* posts = std::get_if<Posts>(&layer.geometry)) {
    for (std::size_t i = 0; i < posts->bottoms.size(); ++i) {
      const Vec3 bottom = posts->bottoms[i].wide(), side{posts->radius, posts->radius, 0};
      bounds.add(bottom - side);
      bounds.add(bottom + side + Vec3{0, 0, posts->heights[i]});
    }
  } else if (const auto* plane = std::get_if<Plane>(&layer.geometry)) {
    bounds.add(plane->centre + Vec3{plane->extent, plane->extent, 0});
    bounds.add(plane->centre - Vec3{plane->extent, plane->extent, 0});
  } else if (const auto* mesh = std::get_if<Mesh>(&layer.geometry)) {
    all(mesh->vertices, 0);
  } else if (const auto* pictures = std::get_if<Pictures>(&layer.geometry)) {
    all(pictures->positions, 0.56 * pictures->size);
  } else if (const auto* arrows = std::get_if<Arrows>(&layer.geometry)) {
    for (std::size_t i = 0; i < arrows->positions.size(); ++i) {
      bounds.add(arrows->positions[i].wide());
      bounds.add(arrows->positions[i].wide() + arrows->directions[i].wide());
    }
  } else if (const auto* splats = std::get_if<Splats>(&layer.geometry)) {
    const splats::Gaussians& g = *splats->splats;
    for (std::size_t i = 0; i < g.size(); ++i) bounds.add(Vec3{g.position[0][i], g.position[1][i], g.position[2][i]});
  }
  return bounds;
}

}  // namespace learnscope
