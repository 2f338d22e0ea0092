// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/scene_arrays.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace learnscope::partmotion {
namespace {

constexpr double kAxisLength = 0.5;       ///< half of the drawn line of a joint
constexpr std::size_t kFlowPoints = 200;  ///< Gaussians whose displacement is drawn

using Quaternion = std::array<double, 4>;

Quaternion product(const Quaternion& a, const Quaternion& b) {
  return {a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3], a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
          a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1], a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]};
}

Coordinates placeOf(const float* g) { return {g[0], g[1], g[2]}; }

void append(std::vector<double>& rows, const Coordinates& place) {
  rows.insert(rows.end(), place.begin(), place.end());
}

/// Two ends of the line that a joint turns about, or of the way it slides.
Array axisLine(const Coordinates& origin, const Coordinates& axis) {
  std::vector<double> rows;
  for (const double side : {-kAxisLength, kAxisLength}) {
    Coordinates end = origin;
    for (std::size_t k = 0; k < 3; ++k) end[k] += side * axis[k];
    append(rows, end);
  }
  return scenePlaces(rows);
}

Coordinates centreOf(const MotionPair& pair) {
  Coordinates sum{};
  double count = 0;
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i) {
    if (!pair.moves(i)) continue;
    for (std::size_t k = 0; k < 3; ++k) sum[k] += static_cast<double>(pair.from[i * kCodeValues + k]);
    ++count;
  }
  for (double& value : sum) value /= std::max(count, 1.0);
  return sum;
}

/// True where one shift of all points explains most of a motion, or turning explains less than half of what the shift
/// leaves: then what little it turns has no axis worth drawing.
bool slides(const MotionPair& pair, std::span<const float> to, const RigidFit& fit) {
  constexpr double kMost = 0.3;
  double all = 0, rest = 0, turned = 0;
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i)
    for (std::size_t k = 0; k < 3 && pair.moves(i); ++k) {
      const double moved = static_cast<double>(to[i * kCodeValues + k] - pair.from[i * kCodeValues + k]);
      all += moved * moved;
      rest += (moved - fit.shift[k]) * (moved - fit.shift[k]);
      if (k == 0) turned += fit.residual * fit.residual;
    }
  return rest < kMost * kMost * all || turned > rest / 2;
}

Array fittedAxis(const MotionPair& pair, std::span<const float> to, const RigidFit& fit) {
  if (fit.angle > 0.05 && !slides(pair, to, fit)) return axisLine(fit.origin, fit.axis);
  const double slide = std::hypot(fit.shift[0], fit.shift[1], fit.shift[2]);
  Coordinates axis{};
  for (std::size_t k = 0; k < 3 && slide > 1e-3; ++k) axis[k] = fit.shift[k] / slide;
  return axisLine(centreOf(pair), axis);
}

/// What share of the drags' message reaches each Gaussian in each block, sum_k w / (sum_k w + 0.1), [blocks][points].
Array dragReach(const Answer& answer) {
  constexpr double kDamping = 0.1;  // as in PointMotion
  const MotionPair& pair = answer.pair;
  const std::size_t count = pair.sample.part.size();
  std::vector<float> rows;
  for (const double sigma : answer.reaches)
    for (std::size_t i = 0; i < count; ++i) {
      const Coordinates place = placeOf(&pair.from[i * kCodeValues]);
      double sum = 0;
      for (std::size_t at = 0; at < pair.drags.size() && sigma > 0; at += 6) {
        const Coordinates start = placeOf(&pair.drags[at]);
        double square = 0;
        for (std::size_t k = 0; k < 3; ++k) square += (place[k] - start[k]) * (place[k] - start[k]);
        sum += std::exp(-square / (2 * sigma * sigma));
      }
      rows.push_back(static_cast<float>(sum / (sum + kDamping)));
    }
  return Array::from<float>(rows, {static_cast<std::int64_t>(answer.reaches.size()), static_cast<std::int64_t>(count)});
}

/// The same as view 0 sees it: pictures [blocks][side][side] of the object, as bright as the drags reach, over 0.
Array reachMaps(const Answer& answer, const Array& reach) {
  constexpr std::size_t pixels = kDragMapSide * kDragMapSide;
  splats::DifferentiableRasteriser<float> rasteriser;
  std::vector<float> shaded = answer.pair.from, picture(3 * pixels), maps;
  const std::size_t count = answer.pair.sample.part.size();
  const auto values = reach.as<float>();
  for (std::size_t block = 0; block < answer.reaches.size(); ++block) {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t c = 11; c < kCodeValues; ++c) shaded[i * kCodeValues + c] = values[block * count + i];
    rasteriser.forward(shaded.data(), count, orbitCamera(0, kDragMapSide), {.background = {0, 0, 0}}, picture.data(),
                       nullptr);
    maps.insert(maps.end(), picture.begin(), picture.begin() + pixels);
  }
  return Array::from<float>(maps, {static_cast<std::int64_t>(answer.reaches.size()), kDragMapSide, kDragMapSide});
}

void putDragMaps(const Answer& answer, State& scene) {
  if (answer.material) {
    const Array reach = dragReach(answer);
    scene.put("dragMaps", reachMaps(answer, reach));
    scene.put("dragReach", reach);
  } else if (!answer.dragMaps.empty()) {
    const std::int64_t levels = std::ssize(answer.dragMaps) / (kDragMapSide * kDragMapSide);
    scene.put("dragMaps", Array::from<float>(answer.dragMaps, {levels, kDragMapSide, kDragMapSide}));
  }
}

}  // namespace

Coordinates toScene(const Coordinates& world) { return {world[0], -world[2], world[1]}; }
Coordinates toWorld(const Coordinates& scene) { return {scene[0], scene[2], -scene[1]}; }

Array sceneGaussians(std::span<const float> gaussians) {
  const auto count = static_cast<std::int64_t>(gaussians.size() / kCodeValues);
  Array result = Array::from<float>(gaussians, {count, kCodeValues});
  const double half = std::numbers::sqrt2 / 2;
  const auto values = result.mutableAs<float>();
  for (std::size_t at = 0; at < values.size(); at += kCodeValues) {
    const Coordinates place = toScene({values[at], values[at + 1], values[at + 2]});
    for (std::size_t k = 0; k < 3; ++k) values[at + k] = static_cast<float>(place[k]);
    const Quaternion q = product({half, half, 0, 0}, {values[at + 7], values[at + 8], values[at + 9], values[at + 10]});
    for (std::size_t k = 0; k < 4; ++k) values[at + 7 + k] = static_cast<float>(q[k]);
  }
  return result;
}

Array scenePlaces(std::span<const double> xyz) {
  std::vector<float> rows;
  for (std::size_t at = 0; at + 2 < xyz.size(); at += 3)
    for (const double value : toScene({xyz[at], xyz[at + 1], xyz[at + 2]})) rows.push_back(static_cast<float>(value));
  return Array::from<float>(rows, {static_cast<std::int64_t>(rows.size() / 3), 3});
}

State sceneOf(const MotionPair& pair) {
  State scene;
  scene.put("startGaussians", sceneGaussians(pair.from));
  scene.put("trueGaussians", sceneGaussians(pair.to));
  std::vector<float> label;
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i)
    label.push_back(static_cast<float>(pair.moves(i) ? 1 : pair.sample.part[i] == 0 ? 0 : 2));
  scene.put("partLabel", Array::vector<float>(label));
  const Joint& joint = pair.object.joints[static_cast<std::size_t>(pair.movingPart)];
  scene.put("trueAxis", axisLine(joint.type == Joint::Type::Prismatic ? centreOf(pair) : joint.origin, joint.axis));
  return scene;
}

State sceneOf(const Answer& answer) {
  const MotionPair& pair = answer.pair;
  State scene;
  scene.put("predictedGaussians", sceneGaussians(answer.gaussians));
  std::vector<float> displacement, error;
  std::vector<double> starts, ways, dragStarts, dragWays;
  const std::size_t count = pair.sample.part.size(), stride = std::max<std::size_t>(1, count / kFlowPoints);
  const auto way = [](const Coordinates& a, const Coordinates& b) {
    return Coordinates{b[0] - a[0], b[1] - a[1], b[2] - a[2]};
  };
  for (std::size_t i = 0; answer.material && i < count; ++i) {
    const Coordinates from = placeOf(&pair.from[i * kCodeValues]), is = placeOf(&answer.gaussians[i * kCodeValues]),
                      to = placeOf(&pair.to[i * kCodeValues]), moved = way(from, is), missed = way(to, is);
    displacement.push_back(static_cast<float>(std::hypot(moved[0], moved[1], moved[2])));
    error.push_back(static_cast<float>(std::hypot(missed[0], missed[1], missed[2])));
    if (i % stride != 0) continue;
    append(starts, from);
    append(ways, moved);
  }
  for (std::size_t at = 0; at < answer.pair.drags.size(); at += 6) {
    const Coordinates start = placeOf(&pair.drags[at]), end = placeOf(&pair.drags[at + 3]);
    append(dragStarts, start);
    append(dragWays, way(start, end));
  }
  scene.put("dragStarts", scenePlaces(dragStarts));
  scene.put("dragWays", scenePlaces(dragWays));
  putDragMaps(answer, scene);
  if (!answer.material) return scene;
  scene.put("displacement", Array::vector<float>(displacement));
  scene.put("positionError", Array::vector<float>(error));
  scene.put("flowStarts", scenePlaces(starts));
  scene.put("flow", scenePlaces(ways));
  if (!answer.gate.empty()) scene.put("gate", Array::vector<float>(answer.gate));
  if (const auto fit = fitMovingPart(pair, pair.from, answer.gaussians))
    scene.put("fittedAxis", fittedAxis(pair, answer.gaussians, *fit));
  return scene;
}

std::vector<float> movedBy(const Answer& answer, double share) {
  const MotionPair& pair = answer.pair;
  const auto fit = fitMovingPart(pair, pair.from, answer.gaussians);
  if (!fit) return answer.gaussians;
  std::vector<float> gaussians = answer.gaussians;
  // A screw: the turn about its axis and the slide along it; without a turn the whole shift is the slide.
  Joint turn{Joint::Type::Revolute, fit->origin, fit->axis, 0, fit->angle};
  Coordinates slide = fit->shift;
  if (fit->angle > 1e-3) {
    double along = 0;
    for (std::size_t k = 0; k < 3; ++k) along += fit->shift[k] * fit->axis[k];
    for (std::size_t k = 0; k < 3; ++k) slide[k] = along * fit->axis[k];
  } else {
    turn.type = Joint::Type::Fixed;
  }
  const RigidMotion motion = motionOf(turn, share);
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i) {
    if (!pair.moves(i)) continue;
    float* g = &gaussians[i * kCodeValues];
    const float* from = &pair.from[i * kCodeValues];
    const Coordinates place = motion(placeOf(from));
    const Quaternion q = product(motion.quaternion, {from[7], from[8], from[9], from[10]});
    for (std::size_t k = 0; k < 3; ++k) g[k] = static_cast<float>(place[k] + share * slide[k]);
    for (std::size_t k = 0; k < 4; ++k) g[7 + k] = static_cast<float>(q[k]);
  }
  return gaussians;
}

}  // namespace learnscope::partmotion
