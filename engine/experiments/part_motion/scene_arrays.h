// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/core/state.h"
#include "engine/experiments/part_motion/evaluation.h"

namespace learnscope::partmotion {

/// Gaussians [points][14] in the scene's axes (z up, the front towards -y): x, y, z becomes x, -z, y.
Array sceneGaussians(std::span<const float> gaussians);
/// Rows x y z of the world, likewise [n][3].
Array scenePlaces(std::span<const double> xyz);
Coordinates toScene(const Coordinates& world);
Coordinates toWorld(const Coordinates& scene);

/// What the scene draws of an answer, by the names of the lab's measures.
State sceneOf(const Answer& answer);
/// What it draws of the object alone: start, truth, parts and the true axis.
State sceneOf(const MotionPair& pair);

/// The Gaussians of a pair with the fitted motion of the moving part carried out by `share` (0: as they were, 1: as
/// predicted); parts turn and slide, nothing is blended.
std::vector<float> movedBy(const Answer& answer, double share);

}  // namespace learnscope::partmotion
