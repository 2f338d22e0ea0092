// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file. Everything has internal linkage and uses no
// templates of the standard library: a weak symbol compiled for AVX2 could be the one the linker keeps for the
// baseline.
#pragma once

#include "engine/models/trial_rnn_kernels.h"

#define LS_RESTRICT __restrict__

namespace learnscope {
namespace {

template <TrialActivation A>
inline float phi(float u) {
  if constexpr (A == TrialActivation::Relu) return u > 0 ? u : 0;
  if constexpr (A == TrialActivation::Tanh) return __builtin_tanhf(u);
  return u;
}

template <TrialActivation A>
inline float phiSlope(float h) {
  if constexpr (A == TrialActivation::Relu) return h > 0 ? 1.0F : 0.0F;
  if constexpr (A == TrialActivation::Tanh) return 1 - h * h;
  return 1;
}

// Calls f.template operator()<A>() for the activation given.
template <class F>
inline void dispatchTrial(TrialActivation activation, const F& f) {
  switch (activation) {
    case TrialActivation::Relu:
      return f.template operator()<TrialActivation::Relu>();
    case TrialActivation::Tanh:
      return f.template operator()<TrialActivation::Tanh>();
    case TrialActivation::Linear:
      return f.template operator()<TrialActivation::Linear>();
  }
}

void activateKernel(TrialActivation activation, float* LS_RESTRICT u, long count) {
  dispatchTrial(activation, [&]<TrialActivation A>() {
    for (long i = 0; i < count; ++i) u[i] = phi<A>(u[i]);
  });
}

void activateLeakyKernel(TrialActivation activation, float* LS_RESTRICT u, const float* LS_RESTRICT before, float leak,
                         long count) {
  dispatchTrial(activation, [&]<TrialActivation A>() {
    for (long i = 0; i < count; ++i) u[i] = phi<A>(u[i] + leak * before[i]);
  });
}

void throughActivationKernel(TrialActivation activation, float* LS_RESTRICT g, const float* LS_RESTRICT h, long count) {
  dispatchTrial(activation, [&]<TrialActivation A>() {
    for (long i = 0; i < count; ++i) g[i] *= phiSlope<A>(h[i]);
  });
}

void addScaledKernel(float* LS_RESTRICT to, const float* LS_RESTRICT from, float factor, long count) {
  for (long i = 0; i < count; ++i) to[i] += factor * from[i];
}

double crossEntropyKernel(float* logits, const int* target, long rows, int classes, float scale, long* right) {
  double total = 0;
  long correct = 0;
  for (long row = 0; row < rows; ++row) {
    float* LS_RESTRICT o = logits + row * classes;
    int best = 0;
    for (int c = 1; c < classes; ++c) best = o[c] > o[best] ? c : best;
    correct += best == target[row];
    const float largest = o[best], own = o[target[row]] - largest;
    float sum = 0;
    for (int c = 0; c < classes; ++c) {
      o[c] = __builtin_expf(o[c] - largest);
      sum += o[c];
    }
    const float share = scale / sum;
    for (int c = 0; c < classes; ++c) o[c] *= share;
    o[target[row]] -= scale;
    total += static_cast<double>(__builtin_logf(sum)) - static_cast<double>(own);
  }
  *right += correct;
  return total;
}

void addScaledBlockKernel(float* to, long toStride, const float* from, long fromStride, int rows, int columns,
                          float factor) {
  for (int r = 0; r < rows; ++r) {
    float* LS_RESTRICT t = to + r * toStride;
    const float* LS_RESTRICT f = from + r * fromStride;
    for (int c = 0; c < columns; ++c) t[c] += factor * f[c];
  }
}

constexpr TrialRnnKernels trialRnnKernelSet() {
  return {activateKernel,  activateLeakyKernel, throughActivationKernel,
          addScaledKernel, crossEntropyKernel,  addScaledBlockKernel};
}

}  // namespace
}  // namespace learnscope

#undef LS_RESTRICT
