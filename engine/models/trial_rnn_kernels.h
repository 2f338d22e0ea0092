// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

enum class TrialActivation { Relu, Tanh, Linear };

/// The loops of the recurrent net's step that are no matrix product, on plain pointers; built once for the baseline CPU
/// and once for AVX2+FMA. All of `count` values; phi' is taken from h = phi(u): relu 1[h > 0], tanh 1 - h^2, linear 1.
struct TrialRnnKernels {
  /// h = phi(u), in place.
  void (*activate)(TrialActivation activation, float* u, long count);
  /// h = phi(u + leak * before), in place.
  void (*activateLeaky)(TrialActivation activation, float* u, const float* before, float leak, long count);
  /// g = g * phi'(h).
  void (*throughActivation)(TrialActivation activation, float* g, const float* h, long count);
  /// to += factor * from.
  void (*addScaled)(float* to, const float* from, float factor, long count);
  /// Logits [rows, classes] -> scale * (softmax - onehot(target)), in place; returns the sum of -log softmax_target and
  /// adds the rows whose largest logit is the target's to `right`.
  double (*crossEntropy)(float* logits, const int* target, long rows, int classes, float scale, long* right);
  /// to [rows, columns] += factor * from, both row-major with strides; for the blocks of a tangent kernel.
  void (*addScaledBlock)(float* to, long toStride, const float* from, long fromStride, int rows, int columns,
                         float factor);
};

/// The fastest set this CPU can run, and the one every CPU can run (for tests).
const TrialRnnKernels& trialRnnKernels();
const TrialRnnKernels& baselineTrialRnnKernels();

namespace avx2 {
/// Defined in trial_rnn_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
const TrialRnnKernels& trialRnnKernels();
}  // namespace avx2

}  // namespace learnscope
