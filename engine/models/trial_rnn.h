// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/core/aligned.h"
#include "engine/core/random_stream.h"
#include "engine/models/trial_rnn_kernels.h"

namespace learnscope {

/// Ids: "relu", "tanh", "linear". Reading throws ConfigError at `pointer`.
std::string_view idOf(TrialActivation activation);
TrialActivation trialActivationFrom(const std::string& id, const std::string& pointer = "/activation");

/// The three matrices of a net, or values of the same shapes: gradients, momentum.
struct TrialRnnWeights {
  AlignedVector<float> input;      ///< W_in [N, inputs]
  AlignedVector<float> recurrent;  ///< W [N, N]
  AlignedVector<float> readout;    ///< W_out [outputs, N]
};

/// u_t = (1-a) h_{t-1} + a (W_in x_t + W h_{t-1}), h_t = phi(u_t), h_{-1} = 0, out_t = W_out h_t; no biases
/// (Liu et al. 2024, arXiv 2310.08513).
struct TrialRnn : TrialRnnWeights {
  int inputs = 0, hidden = 0, outputs = 0;
  TrialActivation activation = TrialActivation::Relu;
  float leak = 1;  ///< a = dt / tau, in (0, 1]
  /// Draws W_in and W_out from U(-1/sqrt(fan in), 1/sqrt(fan in)); W is left alone.
  void drawInput(RandomStream random);
  void drawReadout(RandomStream random);
};

/// Activity of all steps of some trials, with the buffers of the way back. Grows, never shrinks: reuse it.
struct TrialRnnActivity {
  int trials = 0, steps = 0;
  AlignedVector<float> hidden;    ///< h [steps, trials, N]
  AlignedVector<float> logits;    ///< out [steps, trials, outputs]; after backward dL/dout
  AlignedVector<float> gradient;  ///< dL/du [steps, trials, N] after backward
};

/// Activity of x [steps, trials, inputs]; logits too if asked for.
void forward(const TrialRnn& net, std::span<const float> x, int trials, int steps, bool withLogits,
             TrialRnnActivity& activity);

/// What a batch scored.
struct TrialScore {
  double loss = 0;              ///< mean cross entropy over the steps that count, in nats
  double decisionAccuracy = 0;  ///< share of right argmax at the last step, 0..1
  double otherAccuracy = 0;     ///< the same over the earlier steps that count; NaN where only the last counts
};

/// Cross entropy of the logits in `activity` against `target`: [steps, trials] counts all steps, [trials] the last
/// alone. Leaves dL/dout in `activity.logits`. Call after forward.
TrialScore score(const TrialRnn& net, std::span<const std::int32_t> target, TrialRnnActivity& activity);

/// Back-propagation through time of the dL/dout that score() left: dL/dW_in, dL/dW, dL/dW_out.
void backward(const TrialRnn& net, std::span<const float> x, TrialRnnActivity& activity, TrialRnnWeights& gradient);

}  // namespace learnscope
