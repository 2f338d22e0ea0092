// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace learnscope {

enum class RnnActivation : int { Relu, Tanh };

/// The loops of a recurrent net with sampled symbols, and of the Sinkhorn loss between symbol sequences, that are no
/// matrix product; on plain pointers, built once for the baseline CPU and once for AVX2+FMA. T is float or double.
/// Per-symbol quantities are stored symbol-major, [K][rows], so that every loop runs along the rows.
template <class T>
struct RnnKernels {
  /// z -> phi(z), in place.
  void (*activate)(RnnActivation activation, T* z, long count);
  /// d *= phi'(z), written in h = phi(z).
  void (*slope)(RnnActivation activation, const T* h, T* d, long count);
  /// symbol = argmax_a(l_a + g_a) and soft_a = softmax_a((l + g) / tau); l, g, soft are [K][rows]. `soft` may be null.
  void (*emitSymbols)(const T* logits, const T* gumbel, long rows, int symbols, T inverseTau, std::uint8_t* symbol,
                      T* soft);
  /// Straight-through gradient, in place of g = dLoss/dy [K][rows]: soft_a (g_a - sum_b soft_b g_b) / tau.
  void (*throughEmission)(const T* soft, T* g, long rows, int symbols, T inverseTau);
  /// d [rows][hidden] <- (d + sum_a g_a C_a + factor h) phi'(z); g is [K] rows of `stride` values, C [K][hidden].
  void (*backStep)(RnnActivation activation, const T* h, const T* g, long stride, const T* c, long rows, int hidden,
                   int symbols, T factor, T* d);
  /// Sum of squares.
  double (*squares)(const T* values, long count);
  /// cost [rows][columns] = number of steps at which x and y differ; x [width][rows], y [width][columns].
  void (*mismatches)(const std::uint8_t* x, const std::uint8_t* y, int width, int rows, int columns,
                     std::uint16_t* cost);
  /// kernel = table[cost]: exp(-cost / eps) of whole costs by looking it up.
  void (*lookUp)(const std::uint16_t* cost, long count, const T* table, T* kernel);
  /// out_i = log sum_j exp(h_j - cost_ij * inverseEps), stable for any cost.
  void (*logSumExp)(const std::uint16_t* cost, const T* h, int rows, int columns, T inverseEps, T* out);
  /// plan_ij = exp(h_j - cost_ij * inverseEps - norm_i).
  void (*plan)(const std::uint16_t* cost, const T* h, const T* norm, int rows, int columns, T inverseEps, T* plan);
  /// Standard normals by Box-Muller from the outputs position+1.. of the SplitMix64 stream with that origin;
  /// uses 128 outputs for every 256 values begun.
  void (*normals)(std::uint64_t origin, std::uint64_t position, long count, T* out);
  /// Standard Gumbel values -log(-log u), likewise.
  void (*gumbels)(std::uint64_t origin, std::uint64_t position, long count, T* out);
};

/// The fastest set this CPU can run.
template <class T>
const RnnKernels<T>& rnnKernels();
/// The set every CPU can run; for tests.
template <class T>
const RnnKernels<T>& baselineRnnKernels();

namespace avx2 {
/// Defined in rnn_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
const RnnKernels<float>& floatRnnKernels();
const RnnKernels<double>& doubleRnnKernels();
}  // namespace avx2

}  // namespace learnscope
