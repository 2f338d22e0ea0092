// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"
#include "engine/experiments/concept_space/evaluation.h"

namespace learnscope::concept_space {

/// Conditional diffusion on a world of discs, vectors or a user's folder. Throws ConfigError, DataError, IoError.
std::unique_ptr<Experiment> makeDiffusionExperiment(const Config& config, std::uint64_t seed, const Progress& progress);
/// The exact swing-by model: a step is dt = 0.001 of gradient flow.
std::unique_ptr<Experiment> makeSwingByExperiment(const Config& config);

/// Time of a step of the swing-by model.
inline constexpr double kSwingByStep = 1e-3;
/// Scene height of the cube when its third axis is the step.
inline constexpr double kCubeHeight = 1.1;

/// A point of concept space in the scene: two or three coordinates; the third is the step's share of the planned steps
/// where there is no third concept.
std::array<float, 3> scenePoint(std::span<const double> coordinate, double progress);

/// What an analysis sees: the world and an artist with the weights of a saved state.
struct Frozen {
  std::unique_ptr<Setting> setting;
  std::unique_ptr<ConceptProbe> probe;
  std::unique_ptr<Artist> artist;
  AlignedVector<float> weights;
};
/// Throws DataError if the state is of another network.
Frozen thaw(const Config& config, std::uint64_t seed, const State& state);

/// Pictures [n][3][side][side] in -1..1 to bytes [n][side][side][3].
Array picturesOf(std::span<const float> samples, int side);

}  // namespace learnscope::concept_space
