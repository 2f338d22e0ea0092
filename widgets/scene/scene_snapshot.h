// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QSize>
#include <QString>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/splats/gaussians.h"
#include "widgets/model/category_mark.h"
#include "widgets/scene/camera.h"

namespace learnscope {

struct Rgba {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
  Rgba() = default;
  Rgba(std::uint8_t red, std::uint8_t green, std::uint8_t blue, std::uint8_t alpha = 255)
      : r(red), g(green), b(blue), a(alpha) {}
  explicit Rgba(const QColor& color, double opacity = 1)
      : r(static_cast<std::uint8_t>(color.red())),
        g(static_cast<std::uint8_t>(color.green())),
        b(static_cast<std::uint8_t>(color.blue())),
        a(static_cast<std::uint8_t>(std::clamp(opacity, 0.0, 1.0) * 255 + 0.5)) {}
  QColor toColor() const { return QColor(r, g, b, a); }
  bool operator==(const Rgba&) const = default;
};

/// An immutable array that successive snapshots share; the generation tells the renderer whether it has it already.
template <class T>
class Column {
 public:
  Column() = default;
  Column(std::vector<T> values)  // NOLINT: a vector is the natural way to write one
      : values_(std::make_shared<const std::vector<T>>(std::move(values))), generation_(next()) {}
  std::size_t size() const { return values_ ? values_->size() : 0; }
  bool empty() const { return size() == 0; }
  const T* data() const { return values_ ? values_->data() : nullptr; }
  const T& operator[](std::size_t i) const { return (*values_)[i]; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  std::uint64_t generation() const { return generation_; }
  /// Of the values, whatever the generation.
  bool operator==(const Column& other) const {
    return values_ == other.values_ || (size() == other.size() && std::equal(begin(), end(), other.begin()));
  }

 private:
  static std::uint64_t next() {
    static std::atomic<std::uint64_t> counter{0};
    return ++counter;
  }
  std::shared_ptr<const std::vector<T>> values_;
  std::uint64_t generation_ = 0;
};

/// Shaded spheres or marks of categories, one a row. Sizes of all columns agree.
struct Spheres {
  Column<Vec3f> positions;
  Column<float> radii;  ///< scene units
  Column<Rgba> colors;
  bool translucent = false;         ///< some alpha is below 255: drawn after the opaque marks, unsorted
  Column<CategoryMark> marks = {};  ///< instead of spheres, each facing the camera; empty: all are spheres
  bool operator==(const Spheres&) const = default;
};

/// Round tubes through the rows of each strand; strands follow each other in `positions`.
struct Tubes {
  Column<Vec3f> positions;
  Column<Rgba> colors;
  std::vector<std::uint32_t> strands;  ///< number of rows of each
  float radius = 0.02F;
  bool closed = false;
  Column<float> radii = {};  ///< scene units, one a row; empty: `radius` everywhere
  float radiusAt(std::size_t row) const { return radii.empty() ? radius : radii[row]; }
  bool operator==(const Tubes&) const = default;
};

/// Polylines of constant width on the screen, blended over the rest; strands as for Tubes.
struct Lines {
  Column<Vec3f> positions;
  Column<Rgba> colors;
  Column<std::uint32_t> strands;
  float width = 1.5F;  ///< logical pixels
  bool operator==(const Lines&) const = default;
};

/// Upright columns from `bottoms` with the given heights (scene units).
struct Posts {
  Column<Vec3f> bottoms;
  Column<float> heights;
  Column<Rgba> colors;
  float radius = 0.03F;
  bool operator==(const Posts&) const = default;
};

/// A translucent horizontal square.
struct Plane {
  Vec3 centre;
  double extent = 1;  ///< half the side
  Rgba color;
  bool round = false;  ///< a disc instead
  bool operator==(const Plane&) const = default;
};

/// A triangle surface; normals are computed.
struct Mesh {
  Column<Vec3f> vertices;
  Column<std::uint32_t> faces;  ///< three a triangle, each below the number of vertices
  Column<Rgba> colors;          ///< one a vertex
  bool operator==(const Mesh&) const = default;
};

struct Arrows {
  Column<Vec3f> positions;
  Column<Vec3f> directions;  ///< with their length, scene units
  Column<Rgba> colors;
  float radius = 0.012F;
  bool operator==(const Arrows&) const = default;
};

/// Square pictures that face the camera, each pixel drawn as a square of its own.
struct Pictures {
  Column<Vec3f> positions;    ///< of their centres
  Column<Rgba> pixels;        ///< [pictures][height][width], first row on top
  Column<Rgba> frames;        ///< one a picture; alpha 0: none
  int width = 0, height = 0;  ///< in pixels
  float size = 0.3F;          ///< scene units of the longer side
  bool operator==(const Pictures&) const = default;
};

/// Gaussian splats in the scene's axes. Those of all layers are drawn together, under every other mark.
struct Splats {
  std::shared_ptr<const splats::Gaussians> splats;
  bool byDepth = false;  ///< coloured by their depth in the picture, over depthRange()
  bool operator==(const Splats&) const = default;
};

/// Values of the items of a layer, for tooltips and CSV.
struct ItemValues {
  QString name;
  Column<double> values;
  bool operator==(const ItemValues&) const = default;
};

/// One mark of the view. Item i has ids[i]; a layer whose `select` is empty is not pickable.
struct SceneLayer {
  QString title;
  QString select;  ///< kind of the selection: "neuron"
  Column<std::int64_t> ids;
  std::vector<ItemValues> values;
  std::variant<Spheres, Tubes, Lines, Posts, Plane, Mesh, Arrows, Pictures, Splats> geometry;
  bool operator==(const SceneLayer&) const = default;
};

/// Text at a place, drawn by the painter; never over another label: the higher priority wins, then the nearer one.
struct SceneLabel {
  Vec3 at;
  QString text;
  QColor color;
  double priority = 0;
  double clearance = 0;  ///< scene units that the text keeps from the place (radius of its sphere)
  double rim = 0;  ///< above 0: stands on a horizontal circle of this radius about (0, 0), where it is easiest to read
  bool operator==(const SceneLabel&) const = default;
};

/// A mark around an item: the selection.
struct SceneRing {
  Vec3 at;
  double radius = 0.05;  ///< scene units
  QColor color;
  bool operator==(const SceneRing&) const = default;
};

struct SceneColorBar {
  QString title;
  QString map;  ///< as for mapColor
  double low = 0, high = 1;
  bool byDepth = false;  ///< of depthRange() instead
  bool operator==(const SceneColorBar&) const = default;
};

/// Names of the categories of a colour.
struct SceneLegend {
  QString title;
  std::vector<CategoryName> entries;
  bool operator==(const SceneLegend&) const = default;
};

/// One axis of the box: data value `in` stands at the scene coordinate low + (in - range[0]) / (range[1] - range[0])
/// (high - low).
struct SceneAxis {
  QString title;
  double low = 0, high = 1;            ///< scene coordinates of its ends
  double valueLow = 0, valueHigh = 1;  ///< data values there
  bool operator==(const SceneAxis&) const = default;
};

struct SceneFloor {
  double z = 0;
  double extent = 1;  ///< half the side, scene units
  double spacing = 0.25;
  Vec3 centre;
  Rgba color;
  bool operator==(const SceneFloor&) const = default;
};

/// Fast: no smoothing, half resolution where a frame takes too long. Still: 2x supersampling.
enum class SceneQuality { Fast, Still };

/// Everything one picture of a scene is made of; a value that shares its arrays.
struct SceneSnapshot {
  std::vector<SceneLayer> layers;
  std::optional<SceneFloor> floor;
  std::vector<SceneLabel> labels;
  std::vector<SceneRing> rings;
  std::vector<SceneColorBar> colorBars;
  std::vector<SceneLegend> legends;
  std::optional<SceneAxis> axes[3];
  Bounds bounds;  ///< of all marks and axes
  Rgba background;
  double fog = 0.35;  ///< how far the farthest point fades into the background, 0..1
  bool dark = false;
  bool transparent = false;

  Camera camera;
  QSize size;  ///< logical pixels
  double pixelRatio = 1;
  SceneQuality quality = SceneQuality::Fast;

  Viewport viewport() const { return {double(size.width()), double(size.height())}; }
  bool operator==(const SceneSnapshot&) const = default;
};

/// How far from the camera's plane the nearest and the farthest centre of the splats are that are coloured by depth;
/// {0, 1} without any.
std::array<double, 2> depthRange(const SceneSnapshot& snapshot);

}  // namespace learnscope
