// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <map>
#include <optional>
#include <vector>

#include "widgets/model/binding.h"
#include "widgets/scene/camera.h"
#include "widgets/scene/glyphs.h"

namespace learnscope {

/// One mark of a scene's page, parsed and checked (resources/docs/views.md, "3D marks").
struct MarkSpec {
  enum class Mark { Sphere, Post, Plane, Tube, Mesh, Arrow, Line, Picture, Glyph, Solid, Splat };

  Mark mark = Mark::Sphere;
  QString title;
  QString select;
  /// By name: position | x, y, z | angle, radius, z; size, height, opacity, direction, value, vertices, faces, flashOn,
  /// frame.
  std::map<std::string, Binding> channels;
  ColorBinding color;
  std::optional<Binding> labelValue;
  QString labelText;            ///< "{id}" stands for the item's id
  std::vector<QString> labels;  ///< one an item
  double width = 0;             ///< radius of tubes and posts, pixels of lines; 0: the mark's own
  double extent = 1;            ///< of planes: half the side, or the radius
  int trail = 0;                ///< records back in time
  bool closed = false;
  bool curved = false;  ///< tubes over step: a smooth curve through the records
  bool dashed = false;  ///< tubes over step: broken into dashes
  bool hollow = false;  ///< spheres: circles instead
  bool depth = false;   ///< splats: coloured by their distance from the camera's plane
  double stack = 0;     ///< spheres: records up to the cursor one above the other, over this height
  bool overStep = false;
  bool others = false;  ///< "runs": "others": drawn for each other shown run, as far as that run went
  std::string event;    ///< of glyphs: an event's id, or its beginning and a *
  GlyphShape shape = GlyphShape::Octahedron;
  Vec3 at;                                             ///< moves the whole layer, scene units
  std::array<double, 2> xRange{-1, 1}, yRange{-1, 1};  ///< of a mesh of heights

  /// As a compared run's: see-through, in one colour; nothing of what does not move.
  std::optional<MarkSpec> ghost(const QString& key) const;
  bool cylindrical() const { return channels.contains("angle"); }
  const Binding* channel(const std::string& name) const {
    const auto found = channels.find(name);
    return found == channels.end() ? nullptr : &found->second;
  }
};

struct NamedCamera {
  QString id;
  QString title;
  Camera camera;
};

/// A point that the user drags; arguments of analyses take its coordinates.
struct HandleSpec {
  /// Kind of a selection: a press on such an item selects it and puts the point there. Empty: it stands at `at`.
  QString on;
  Vec3 at;
  double size = 0.12;
  QString label;
};

struct AxisSpec {
  QString title;
  std::array<double, 2> scene{0, 1};   ///< scene coordinates of its ends
  std::array<double, 2> values{0, 1};  ///< data values there
};

/// A view of kind "scene": everything its page says.
struct SceneSpec {
  std::vector<MarkSpec> marks;
  std::optional<Camera> home;  ///< none: fitted to the first picture
  std::vector<NamedCamera> cameras;
  std::optional<AxisSpec> axes[3];
  bool floor = false;
  std::optional<HandleSpec> handle;
  bool cylindrical() const;

  /// `view` is the whole view, `layers` those that exist for the config. Throws ConfigError naming the place.
  static SceneSpec parse(const Json& view, const std::vector<Json>& layers);
};

}  // namespace learnscope
