// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "engine/core/random_stream.h"

namespace learnscope {

using Coordinates = std::array<double, 3>;

/// Procedural furniture with one or more moving parts (part-motion page, "Procedural articulated objects"). World y is
/// up, the front is +z; all sizes end up within about 1.2 world units.
enum class ObjectKind { Drawer, Door, Laptop, Lid, Oven, Misc, Multi };
std::string objectKindName(ObjectKind kind);

enum class ObjectPalette {
  Narrow,  ///< seven tones of wood and grey, each a little different
  Wide     ///< any strong colour
};

struct Joint {
  enum class Type { Fixed, Prismatic, Revolute };
  Type type = Type::Fixed;
  Coordinates origin{}, axis{0, 0, 1};  ///< axis of length 1
  double low = 0, high = 0;             ///< world units or radians
  /// The joint's value at state theta in [0, 1].
  double value(double theta) const { return low + (high - low) * theta; }
};

/// x -> R (x - origin) + origin + shift.
struct RigidMotion {
  std::array<double, 9> rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< R, row-major
  std::array<double, 4> quaternion{1, 0, 0, 0};               ///< the same, w first
  Coordinates origin{}, shift{};
  Coordinates operator()(const Coordinates& point) const;
};
RigidMotion motionOf(const Joint& joint, double theta);

/// A box of which some faces exist: bit 2 k is the minus side of axis k, bit 2 k + 1 the plus side.
struct PartBox {
  Coordinates centre, half;
  unsigned faces = 63;
  int part = 0;
  std::array<double, 3> colour{};
};

struct ArticulatedObject {
  ObjectKind kind = ObjectKind::Drawer;
  std::vector<PartBox> boxes;
  std::vector<Joint> joints;  ///< of part 0 (the body, fixed), 1, ...
  int parts() const { return static_cast<int>(joints.size()); }
};
ArticulatedObject makeArticulatedObject(ObjectKind kind, ObjectPalette palette, RandomStream& random);

/// An object at rest (every joint at 0) as activated Gaussians: x y z | opacity | scales | quaternion w x y z | r g b.
struct SampledObject {
  static constexpr int kValues = 14;
  std::vector<float> gaussians;  ///< [count][14]
  std::vector<int> part;         ///< of every Gaussian
  int count() const { return static_cast<int>(part.size()); }
};
/// `count` Gaussians shared by the faces in proportion to their areas, at least one each; count >= number of faces.
SampledObject sampleObject(const ArticulatedObject& object, int count);

/// The Gaussians with part p at state thetas[p] in [0, 1]; Gaussian i is the same material point in every state.
std::vector<float> posed(const SampledObject& sample, const ArticulatedObject& object, std::span<const double> thetas);

/// Where a material point is dragged from and to.
struct Drag {
  Coordinates start, end;
};
/// K points of the moving part, drawn with replacement, in state `from`, and the same points in state `to`. With a view
/// direction (length 1) that is not 0, only what a mouse can say remains: the displacement in the image plane.
std::vector<Drag> drawDrags(std::span<const float> from, std::span<const float> to, const SampledObject& sample,
                            int movingPart, int count, const Coordinates& viewDirection, RandomStream& random);

}  // namespace learnscope
