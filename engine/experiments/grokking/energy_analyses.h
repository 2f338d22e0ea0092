// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/core/lab.h"
#include "engine/experiments/grokking/experiment.h"

namespace learnscope::grokking {

/// A copy of a net's weights in double precision.
struct DoubleNet {
  explicit DoubleNet(const TwoLayerTrainer& trainer);
  TwoLayerNet<double> view() const;
  /// [u; v] of neuron j [2M].
  std::vector<double> inputOf(int j) const;

  int order = 0, hidden = 0;
  Activation activation = Activation::Square;
  double outputScale = 1;
  std::vector<double> input;   ///< [2M][K]
  std::vector<double> output;  ///< [K][M]
};

/// The argument `neuron`, checked.
int neuronArgument(const Config& arguments, int hidden);
/// Share of the power of a function on the group in each feature, the constant first.
std::vector<double> powerShares(const FeatureSet& features, std::span<const double> function);

State follow(const Frozen& frozen, const Config& arguments, const Progress& progress);
State landscape(const Frozen& frozen, const Config& arguments, const Progress& progress);
State missingFeatureEnergy(const Frozen& frozen, const Config& arguments, const Progress& progress);

}  // namespace learnscope::grokking
