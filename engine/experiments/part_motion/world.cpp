// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/world.h"

#include <cmath>
#include <numbers>

namespace learnscope::partmotion {
namespace {

constexpr double kRadius = 2.4, kElevation = 0.45, kAzimuth = 0.35, kFieldOfView = 49.1;

// First random streams of the four sets; see Stepper and BatchOrder for the other numbered streams.
constexpr std::uint64_t kTrainStream = 10'000'000, kTestStream = 20'000'000, kStillStream = 30'000'000,
                        kProbeStream = 40'000'000;

splats::Vec3d eyeOf(int view) {
  const double azimuth = kAzimuth + view * std::numbers::pi / 4;
  return {kRadius * std::cos(kElevation) * std::sin(azimuth), kRadius * std::sin(kElevation),
          kRadius * std::cos(kElevation) * std::cos(azimuth)};
}

template <class T>
const T& anyOf(const std::vector<T>& values, RandomStream& random) {
  return values[random.below(values.size())];
}

MotionPair drawPair(const World& world, RandomStream random, int drags) {
  MotionPair pair;
  pair.object = makeArticulatedObject(anyOf(world.kinds, random), world.palette, random);
  pair.sample = sampleObject(pair.object, world.points);
  pair.movingPart = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(pair.object.parts() - 1)));
  pair.fromState = static_cast<int>(random.below(kStates));
  pair.toState = static_cast<int>(random.below(kStates - 1));
  if (pair.toState >= pair.fromState) ++pair.toState;
  pair.thetas.resize(static_cast<std::size_t>(pair.object.parts()));
  for (double& theta : pair.thetas) theta = static_cast<double>(random.below(2));
  pair.thetas[static_cast<std::size_t>(pair.movingPart)] = pair.fromState / double{kStates - 1};
  pair.from = posed(pair.sample, pair.object, pair.thetas);
  pair.to = pair.at(pair.toState / double{kStates - 1});
  const splats::Vec3d eye = eyeOf(0);
  const Coordinates direction =
      world.planeDrags ? Coordinates{-eye[0] / kRadius, -eye[1] / kRadius, -eye[2] / kRadius} : Coordinates{};
  for (const Drag& drag : drawDrags(pair.from, pair.to, pair.sample, pair.movingPart, drags, direction, random))
    for (const Coordinates& place : {drag.start, drag.end})
      for (const double value : place) pair.drags.push_back(static_cast<float>(value));
  return pair;
}

std::vector<float> drawStill(const World& world, RandomStream random) {
  constexpr ObjectKind furniture[]{ObjectKind::Drawer, ObjectKind::Door, ObjectKind::Laptop, ObjectKind::Lid,
                                   ObjectKind::Oven};
  const ObjectKind kind = random.below(2) ? ObjectKind::Misc : furniture[random.below(std::size(furniture))];
  const ArticulatedObject object = makeArticulatedObject(kind, ObjectPalette::Wide, random);
  std::vector<double> thetas(static_cast<std::size_t>(object.parts()));
  for (double& theta : thetas) theta = static_cast<double>(random.below(kStates)) / (kStates - 1);
  return posed(sampleObject(object, world.points), object, thetas);
}

std::uint64_t streamOf(std::uint64_t first, int index) { return first + static_cast<std::uint64_t>(index); }

}  // namespace

std::vector<float> MotionPair::at(double theta) const {
  std::vector<double> moved = thetas;
  moved[static_cast<std::size_t>(movingPart)] = theta;
  return posed(sample, object, moved);
}

MotionPair trainPair(const World& world, int index, int drags) {
  return drawPair(world, RandomStream(world.seed, streamOf(kTrainStream, index)), drags);
}

MotionPair testPair(const World& world, int index, int drags) {
  return drawPair(world, RandomStream(world.seed, streamOf(kTestStream, index)), drags);
}

std::vector<float> stillObject(const World& world, int index) {
  return drawStill(world, RandomStream(world.seed, streamOf(kStillStream, index)));
}

std::vector<float> stillProbe(const World& world, int index) {
  return drawStill(world, RandomStream(world.seed, streamOf(kProbeStream, index)));
}

splats::SplatCamera orbitCamera(int view, int size) {
  return splats::lookingAt(eyeOf(view), {0, 0, 0}, {0, 1, 0}, kFieldOfView, size, size);
}

double imageWidth() { return 2 * kRadius * std::tan(kFieldOfView / 2 * std::numbers::pi / 180); }

std::vector<float> spreadDrags(const MotionPair& pair, int part, const Coordinates& way, int count) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i)
    if (pair.sample.part[i] == part) members.push_back(i);
  std::vector<float> drags;
  for (int k = 0; k < count; ++k) {
    const std::size_t member = members[static_cast<std::size_t>(k) * members.size() / static_cast<std::size_t>(count)];
    const float* from = &pair.from[member * SampledObject::kValues];
    for (std::size_t j = 0; j < 3; ++j) drags.push_back(from[j]);
    for (std::size_t j = 0; j < 3; ++j) drags.push_back(from[j] + static_cast<float>(way[j]));
  }
  return drags;
}

void shakeDrags(std::vector<float>& drags, double deviation, RandomStream& random) {
  const splats::SplatCamera camera = orbitCamera(0, 1);
  for (std::size_t i = 0; i + 2 < drags.size(); i += 3) {
    const double across = deviation * random.normal(), down = deviation * random.normal();
    for (std::size_t k = 0; k < 3; ++k)
      drags[i + k] += static_cast<float>(across * camera.rotation[k] + down * camera.rotation[3 + k]);
  }
}

}  // namespace learnscope::partmotion
