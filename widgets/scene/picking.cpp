// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/picking.h"

namespace learnscope {
namespace {

/// Keeps the best candidate: what covers the place before what is only near it, then the nearest to the eye.
class Search {
 public:
  Search(const SceneSnapshot& snapshot, QPointF place, double tolerance)
      : snapshot_(snapshot), viewport_(snapshot.viewport()), place_(place), tolerance_(tolerance) {}

  void layer(std::size_t index) {
    layer_ = index;
    std::visit([this](const auto& geometry) { items(geometry); }, snapshot_.layers[index].geometry);
  }
  std::optional<PickedItem> best() const { return found_ ? std::optional(best_) : std::nullopt; }

 private:
  void items(const Spheres& spheres) {
    for (std::size_t i = 0; i < spheres.positions.size(); ++i) disc(i, spheres.positions[i].wide(), spheres.radii[i]);
  }
  void items(const Tubes& tubes) {
    for (std::size_t i = 0; i < tubes.positions.size(); ++i) disc(i, tubes.positions[i].wide(), tubes.radiusAt(i));
  }
  void items(const Posts& posts) {
    for (std::size_t i = 0; i < posts.bottoms.size(); ++i) {
      const Vec3 bottom = posts.bottoms[i].wide();
      segment(i, bottom, bottom + Vec3{0, 0, posts.heights[i]}, posts.radius);
    }
  }
  void items(const Mesh& mesh) {
    for (std::size_t i = 0; i < mesh.vertices.size(); ++i) disc(i, mesh.vertices[i].wide(), 0);
  }
  void items(const Arrows& arrows) {
    for (std::size_t i = 0; i < arrows.positions.size(); ++i) {
      const Vec3 start = arrows.positions[i].wide();
      segment(i, start, start + arrows.directions[i].wide(), arrows.radius);
    }
  }
  void items(const Pictures& pictures) {
    for (std::size_t i = 0; i < pictures.positions.size(); ++i)
      disc(i, pictures.positions[i].wide(), 0.5 * pictures.size);
  }
  void items(const Splats& splats) {
    const splats::Gaussians& g = *splats.splats;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double largest = std::max({g.logScale[0][i], g.logScale[1][i], g.logScale[2][i]});
      disc(i, {g.position[0][i], g.position[1][i], g.position[2][i]}, std::exp(largest));
    }
  }
  void items(const Lines&) {}
  void items(const Plane&) {}

  void disc(std::size_t item, Vec3 at, double radius) {
    const Projected p = snapshot_.camera.project(at, viewport_);
    if (!p.inFront()) return;
    consider(item, at, radius, std::hypot(p.x - place_.x(), p.y - place_.y()), radius * p.scale, p.depth - radius);
  }
  void segment(std::size_t item, Vec3 from, Vec3 to, double radius) {
    const Projected a = snapshot_.camera.project(from, viewport_), b = snapshot_.camera.project(to, viewport_);
    if (!a.inFront() || !b.inFront()) return;
    const double dx = b.x - a.x, dy = b.y - a.y, size = dx * dx + dy * dy;
    const double t = size > 0 ? std::clamp(((place_.x() - a.x) * dx + (place_.y() - a.y) * dy) / size, 0.0, 1.0) : 0.0;
    const double away = std::hypot(place_.x() - a.x - t * dx, place_.y() - a.y - t * dy);
    const double depth = a.depth + t * (b.depth - a.depth);
    consider(item, to, radius, away, radius * (a.scale + t * (b.scale - a.scale)), depth - radius);
  }
  void consider(std::size_t item, Vec3 at, double radius, double away, double covered, double depth) {
    const double outside = away - covered;
    if (!(outside <= tolerance_)) return;
    const bool inside = outside <= 0;
    // Among those that only come near, the place decides, not the depth.
    const double rank = inside ? depth : outside;
    if (found_ && inside_ && !inside) return;
    if (found_ && inside_ == inside && rank >= rank_) return;
    const SceneLayer& layer = snapshot_.layers[layer_];
    const std::int64_t id = item < layer.ids.size() ? layer.ids[item] : static_cast<std::int64_t>(item);
    best_ = PickedItem{layer_, item, id, layer.select, at, radius};
    found_ = true;
    inside_ = inside;
    rank_ = rank;
  }

  const SceneSnapshot& snapshot_;
  Viewport viewport_;
  QPointF place_;
  double tolerance_;
  std::size_t layer_ = 0;
  PickedItem best_;
  bool found_ = false;
  bool inside_ = false;
  double rank_ = 0;
};

}  // namespace

std::optional<PickedItem> pickItem(const SceneSnapshot& snapshot, QPointF place, double tolerance) {
  Search search(snapshot, place, tolerance);
  for (std::size_t i = 0; i < snapshot.layers.size(); ++i)
    if (!snapshot.layers[i].ids.empty()) search.layer(i);
  return search.best();
}

}  // namespace learnscope
