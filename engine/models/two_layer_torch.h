// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/models/two_layer_trainer.h"

namespace learnscope {

/// The two-layer trainer on LibTorch tensors (options.backend TorchCpu or TorchCuda): worth it from paper scale on a
/// GPU. Same initial weights, batches, formulas and State as the native trainer; agrees with it to rounding. Throws
/// ConfigError if the device is not there.
std::unique_ptr<TwoLayerTrainer> makeTorchTrainer(const TwoLayerOptions& options, const PairTask& task,
                                                  std::uint64_t seed);

/// LibTorch's part of useOneThread().
void useOneTorchThread();

/// Loss and gradients by LibTorch's autograd on a dense one-hot batch, float64: the independent check of the
/// hand-written gradients.
struct AutogradResult {
  double loss = 0;
  std::vector<double> inputGradient;   ///< [2M, K]
  std::vector<double> outputGradient;  ///< [K, M]
};
AutogradResult autogradOf(const TwoLayerNet<double>& net, LossKind loss, std::span<const std::int32_t> left,
                          std::span<const std::int32_t> right, std::span<const std::int32_t> target);

}  // namespace learnscope
