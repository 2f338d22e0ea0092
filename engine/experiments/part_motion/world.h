// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/data/articulated_object.h"
#include "engine/splats/splat_camera.h"

namespace learnscope::partmotion {

/// States of an object: theta = 0, 1/5 ... 1.
inline constexpr int kStates = 6;
/// Cameras around an object, azimuth 0.35 + i pi / 4 rad, elevation 0.45 rad, radius 2.4.
inline constexpr int kViews = 8;
inline constexpr int kTrainPairs = 600, kTestPairs = 24, kStillObjects = 600, kStillProbes = 24;

/// What objects are drawn from.
struct World {
  std::vector<ObjectKind> kinds;
  ObjectPalette palette = ObjectPalette::Narrow;
  int points = 512;
  bool planeDrags = true;  ///< only what a mouse can say in view 0
  std::uint64_t seed = 0;
};

/// An object in two states of one of its parts, its other parts open or closed alike in both.
struct MotionPair {
  ArticulatedObject object;
  SampledObject sample;
  std::vector<double> thetas;  ///< of every part in the first state; [movingPart] is fromState / 5
  int movingPart = 1;
  int fromState = 0, toState = 0;
  std::vector<float> from, to;  ///< Gaussians [points][14]
  std::vector<float> drags;     ///< [count][6]: start, end
  int dragCount() const { return static_cast<int>(drags.size() / 6); }
  bool moves(std::size_t i) const { return sample.part[i] == movingPart; }
  /// The Gaussians with the moving part at theta.
  std::vector<float> at(double theta) const;
};

/// Pair `index` of the training or the test set: each has a random stream of its own, so sets need no memory.
MotionPair trainPair(const World& world, int index, int drags);
MotionPair testPair(const World& world, int index, int drags);
/// Gaussians [points][14] of a still object of many colours, half of them heaps of boxes, every joint in some state.
std::vector<float> stillObject(const World& world, int index);
std::vector<float> stillProbe(const World& world, int index);

/// Camera `view` of the eight, `size` pixels a side.
splats::SplatCamera orbitCamera(int view, int size);
/// World units that view 0 sees from edge to edge at the objects' distance.
double imageWidth();
/// Drags [count][6] of one displacement at `count` points of a part, spread over it: a mouse drag goes to the whole
/// mask (PartRM, equation 2).
std::vector<float> spreadDrags(const MotionPair& pair, int part, const Coordinates& way, int count);
/// Adds to every start and end of the drags normals of `deviation` world units in view 0's image plane.
void shakeDrags(std::vector<float>& drags, double deviation, RandomStream& random);

}  // namespace learnscope::partmotion
