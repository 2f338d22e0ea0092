// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

/// Marks of categories at the ends of what is coloured by category but has no shape of its own: arrows, lines, tubes.
class MarkedEnds {
 public:
  /// One mark an item; none: nothing is marked.
  explicit MarkedEnds(std::vector<CategoryMark> marks) : marks_(std::move(marks)) {}

  bool wanted() const { return !marks_.empty(); }
  bool differ(std::size_t item, std::size_t other) const { return wanted() && marks_[item] != marks_[other]; }
  void add(Vec3 place, const QColor& color, std::size_t item) {
    if (!wanted()) return;
    places_.emplace_back(place);
    colors_.emplace_back(color);
    shapes_.push_back(marks_[item]);
  }
  /// A layer of them, each as large as a sphere of that radius.
  void putInto(std::vector<SceneLayer>& layers, double radius) {
    if (places_.empty()) return;
    SceneLayer layer;
    std::vector<float> radii(places_.size(), static_cast<float>(radius));
    layer.geometry = Spheres{std::move(places_), std::move(radii), std::move(colors_), false, std::move(shapes_)};
    layers.push_back(std::move(layer));
  }

 private:
  std::vector<CategoryMark> marks_, shapes_;
  std::vector<Vec3f> places_;
  std::vector<Rgba> colors_;
};

}  // namespace learnscope
