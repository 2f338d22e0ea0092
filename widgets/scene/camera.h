// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>

#include "engine/core/parameter.h"
#include "widgets/scene/vec3.h"

namespace learnscope {

/// Row-major 4x4; points are columns.
using Matrix4 = std::array<double, 16>;

/// Size of a picture in any unit (pixels, points); projection returns the same unit, y downwards.
struct Viewport {
  double width = 1, height = 1;
};

/// A part of a picture, as fractions of it (y downwards): a tile of a large export.
struct Tile {
  double left = 0, top = 0, right = 1, bottom = 1;
};

/// Where a point lands in a picture. `depth` is its distance in front of the eye along the view direction (scene units;
/// <= 0 is behind the eye, where x and y mean nothing) and `scale` is the number of picture units a scene unit has
/// there.
struct Projected {
  double x = 0, y = 0, depth = 0, scale = 0;
  bool inFront() const { return depth > 0; }
};

/// A perspective camera that looks at a target, z up: a value, so that it is undoable and key-framable.
///
/// eye = target + distance (cos e cos a, cos e sin a, sin e), a = azimuth, e = elevation in degrees. The field of view
/// is that of the shorter side, so that a scene which fits a square pane fits every pane.
struct Camera {
  double azimuth = 40;    ///< degrees, kept in (-180, 180]
  double elevation = 25;  ///< degrees, -90..90
  double distance = 5;    ///< scene units, > 0
  Vec3 target;
  double fieldOfView = 32;  ///< degrees, 1..120
  bool operator==(const Camera&) const = default;

  Vec3 eye() const;
  Vec3 forward() const;
  Vec3 right() const;  ///< horizontal at every elevation, so that straight down is no special case
  Vec3 up() const;

  void orbit(double azimuthDegrees, double elevationDegrees);
  /// Moves the scene by (dx, dy) picture units at the target's distance: what is under the mouse stays under it.
  void pan(double dx, double dy, Viewport viewport);
  /// Multiplies the distance; factor < 1 comes nearer. Stays within 1e-4 .. 1e6 scene units.
  void dolly(double factor);
  /// Moves eye and target alike, in scene units along the view's own directions.
  void fly(double forwardBy, double rightBy, double upBy);
  /// Looks at the middle of `bounds` from the same side, as near as shows all of its corners within `margin` of the
  /// picture.
  void fit(const Bounds& bounds, Viewport viewport, double margin = 0.92);

  /// For a picture narrower than 4:3, for which the cameras of pages are made: the same with a wider field of view, so
  /// that as much is seen to the sides as there.
  Camera widened(Viewport viewport) const;

  Matrix4 view() const;
  /// OpenGL's clip space for a tile of a picture.
  Matrix4 projection(Viewport viewport, double nearDistance, double farDistance, Tile tile = {}) const;
  Projected project(Vec3 point, Viewport viewport) const;
  /// Direction from the eye through a place of the picture; unit length.
  Vec3 ray(double x, double y, Viewport viewport) const;
  /// {near, far} that enclose `bounds`, with the ratio bounded so that 24 bits of depth suffice.
  std::array<double, 2> clipping(const Bounds& bounds) const;

  Json toJson() const;
  /// {"azimuth", "elevation", "distance", "target": [x, y, z], "fieldOfView"}; what is absent is taken from `base`.
  /// Throws ConfigError at `pointer`.
  static Camera fromJson(const Json& json, const Camera& base, const std::string& pointer = "");
  static Camera fromJson(const Json& json) { return fromJson(json, Camera()); }
};

/// The camera a share t (0..1) of the way from a to b: azimuth the short way round, distance geometrically.
Camera interpolate(const Camera& a, const Camera& b, double t);

}  // namespace learnscope
