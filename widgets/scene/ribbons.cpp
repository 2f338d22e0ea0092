// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/ribbons.h"

namespace learnscope {
namespace {

struct StripPoint {
  Vec3 at;
  Rgba color;
};

/// Draws strips into `out`. Lines thinner than a pixel become fainter instead.
class StripBuilder {
 public:
  StripBuilder(Triangles& out, const RibbonView& view) : out_(out), view_(view), eye_(view.camera.eye()) {
    forward_ = view.camera.forward();
    unit_ = view.camera.project(eye_ + forward_, view.viewport).scale;  // logical pixels a scene unit has at depth 1
    nearest_ = view.camera.distance * 1e-3;
  }

  void strip(const std::vector<StripPoint>& points, double width) {
    bool open = false;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double depth = dot(points[i].at - eye_, forward_);
      if (!(depth > nearest_)) {  // also refuses NaN
        open = false;
        continue;
      }
      const Vec3 along = points[std::min(i + 1, points.size() - 1)].at - points[i > 0 ? i - 1 : 0].at;
      const Vec3 side = normalised(cross(along, points[i].at - eye_), view_.camera.right());
      row(points[i], side, depth / unit_, width);
      if (open) join();
      open = true;
    }
  }

 private:
  /// A cross-section: rim, core, core, rim; of a line no wider than a pixel: rim, middle, rim.
  void row(const StripPoint& point, Vec3 side, double logicalPixel, double width) {
    const double core = std::max(width - view_.pixel, 0.0) / 2, rim = core + view_.pixel;
    const double strength = std::min(1.0, width / view_.pixel);
    Rgba inner = point.color, outer = point.color;
    inner.a = static_cast<std::uint8_t>(inner.a * strength + 0.5);
    outer.a = 0;
    const auto add = [&](double across, Rgba color) {
      out_.points.emplace_back(point.at + side * (across * logicalPixel));
      out_.colors.push_back(color);
    };
    add(-rim, outer);
    add(-core, inner);
    if (core > 0) add(core, inner);
    add(rim, outer);
    rows_ = core > 0 ? 4 : 3;
  }
  void join() {
    const auto b = static_cast<std::uint32_t>(out_.points.size()) - rows_, a = b - rows_;
    for (std::uint32_t k = 0; k + 1 < rows_; ++k)
      out_.indices.insert(out_.indices.end(), {a + k, a + k + 1, b + k + 1, a + k, b + k + 1, b + k});
  }

  Triangles& out_;
  const RibbonView& view_;
  Vec3 eye_, forward_;
  double unit_ = 1, nearest_ = 0;
  std::uint32_t rows_ = 3;
};

}  // namespace

Triangles ribbons(const Lines& lines, const RibbonView& view) {
  Triangles out;
  out.points.reserve(lines.positions.size() * 4);
  out.colors.reserve(lines.positions.size() * 4);
  out.indices.reserve(lines.positions.size() * 18);
  StripBuilder builder(out, view);
  std::vector<StripPoint> points;
  std::size_t first = 0;
  for (const std::uint32_t count : lines.strands) {
    points.clear();
    for (std::size_t i = first; i < first + count; ++i) points.push_back({lines.positions[i].wide(), lines.colors[i]});
    builder.strip(points, lines.width);
    first += count;
  }
  return out;
}

Triangles ribbons(const Pictures& pictures, const RibbonView& view) {
  Triangles out;
  const Vec3 right = view.camera.right(), down = view.camera.up() * -1;
  const auto quad = [&](Vec3 corner, double x0, double y0, double x1, double y1, Rgba color) {
    const auto first = static_cast<std::uint32_t>(out.points.size());
    for (const auto& [x, y] : {std::pair{x0, y0}, {x0, y1}, {x1, y1}, {x1, y0}}) {
      out.points.emplace_back(corner + right * x + down * y);
      out.colors.push_back(color);
    }
    out.indices.insert(out.indices.end(), {first, first + 1, first + 2, first, first + 2, first + 3});
  };
  const int w = pictures.width, h = pictures.height;
  const double pixel = pictures.size / std::max({w, h, 1}), width = w * pixel, height = h * pixel;
  const auto each = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
  for (std::size_t i = 0; i < pictures.positions.size(); ++i) {
    const Vec3 corner = pictures.positions[i].wide() - right * (width / 2) - down * (height / 2);
    const Rgba* colors = pictures.pixels.data() + i * each;
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x)
        quad(corner, x * pixel, y * pixel, (x + 1) * pixel, (y + 1) * pixel, colors[y * w + x]);
    const Rgba frame = pictures.frames[i];
    if (frame.a == 0) continue;
    const double rim = 0.06 * pictures.size;
    quad(corner, -rim, -rim, width + rim, 0, frame);
    quad(corner, -rim, height, width + rim, height + rim, frame);
    quad(corner, -rim, 0, 0, height, frame);
    quad(corner, width, 0, width + rim, height, frame);
  }
  return out;
}

Triangles ribbons(const SceneFloor& floor, const RibbonView& view) {
  Triangles out;
  StripBuilder builder(out, view);
  const int lines = static_cast<int>(floor.extent / std::max(floor.spacing, floor.extent / 200));
  const double spacing = floor.extent / std::max(lines, 1);
  constexpr int pieces = 10;
  std::vector<StripPoint> points;
  for (int axis = 0; axis < 2; ++axis) {
    for (int i = -lines + 1; i < lines; ++i) {
      const double offset = i * spacing, half = std::sqrt(floor.extent * floor.extent - offset * offset);
      const bool strong = i % 4 == 0;
      points.clear();
      for (int k = 0; k <= pieces; ++k) {
        const double along = half * (2.0 * k / pieces - 1);
        const double radius = std::hypot(along, offset) / floor.extent;
        const double fade = std::clamp((1 - radius) / 0.6, 0.0, 1.0);
        Rgba color = floor.color;
        color.a = static_cast<std::uint8_t>(color.a * fade * fade * (3 - 2 * fade) * (strong ? 1 : 0.45));
        const Vec3 place = axis == 0 ? Vec3{along, offset, 0} : Vec3{offset, along, 0};
        points.push_back({Vec3{floor.centre.x, floor.centre.y, floor.z} + place, color});
      }
      builder.strip(points, 1);
    }
  }
  return out;
}

}  // namespace learnscope
