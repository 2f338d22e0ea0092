// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/models/trial_rnn.h"

namespace learnscope::test {

/// Gradients of the mean cross entropy by LibTorch's autograd in double precision, for checking back-propagation.
struct AutogradGradients {
  double loss = 0;
  std::vector<double> input, recurrent, readout;
};
AutogradGradients autogradGradients(const TrialRnn& net, std::span<const float> x, std::span<const int> target,
                                    int trials, int steps);

/// The tangent kernel with respect to W by one backward pass an output (trial, step, output), row-major; in double.
std::vector<double> autogradKernel(const TrialRnn& net, std::span<const float> x, int trials, int steps, bool lastOnly);

}  // namespace learnscope::test
