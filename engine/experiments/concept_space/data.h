// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/lab.h"
#include "engine/data/concept_world.h"
#include "engine/experiments/concept_space/setting.h"
#include "engine/models/concept_probe.h"

namespace learnscope::concept_space {

ConceptWorldOptions worldOptions(const Config& config);

/// Training samples of one class, fixed for the run: pictures [3][side][side] in -1..1, or vectors.
struct ClassData {
  std::vector<float> samples;  ///< [count][values]
  std::vector<float> prompts;  ///< [count][promptLength], the true values of each sample
  int count = 0;
};

/// Samples of every class, the held-out ones too: they are shown when the user adds them. Each class has a random
/// stream of its own.
std::vector<ClassData> drawData(const Config& config, const Setting& setting, std::uint64_t seed,
                                const Progress& progress);

/// A probe trained on all classes, frozen before training starts, with its accuracy on fresh pictures [concepts].
struct TrainedProbe {
  ConceptProbe probe;
  std::vector<double> accuracy;
};
/// Discs are drawn with centres in U(-.5, .5)^2; a user's folder is split 4 : 1. Throws ConfigError if the accuracy of
/// a concept is under 0.95.
TrainedProbe trainProbe(const Config& config, const Setting& setting, const std::vector<ClassData>& data,
                        std::uint64_t seed, const Progress& progress);

}  // namespace learnscope::concept_space
