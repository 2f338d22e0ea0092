// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/models/conditional_unet.h"

namespace learnscope {

/// Output and gradients of the conditional U-Net by LibTorch's layers and autograd in float64: the independent check of
/// the hand-written passes. `images` and `noise` are [count][3][side][side], `prompts` [count][promptLength], `times`
/// [count]; the loss is the mean square of output - noise.
struct UNetReference {
  double loss = 0;
  std::vector<double> output;    ///< [count][3][side][side]
  std::vector<double> gradient;  ///< of every parameter
};
UNetReference unetReference(const ConditionalUNet& net, std::span<const float> parameters,
                            std::span<const float> images, std::span<const float> prompts, std::span<const float> times,
                            std::span<const float> noise);

}  // namespace learnscope
