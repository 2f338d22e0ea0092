// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/models/two_layer_options.h"

namespace learnscope {

/// The loops of a two-layer step that are no matrix product, on plain pointers: built once for the baseline CPU and
/// once for AVX2+FMA, chosen once. T is float or double. Rows of W and of its gradient are K values: row a, and row M +
/// b.
template <class T>
struct TwoLayerKernels {
  /// f [count, K] = sigma(W[a_i] + W[M + b_i]).
  void (*gather)(Activation activation, const T* w, int order, int hidden, const int* left, const int* right, int count,
                 T* f);
  /// gradient rows a_i and M + b_i += df_i * sigma'(W[a_i] + W[M + b_i]); fastest when equal a_i are neighbours.
  void (*scatter)(Activation activation, const T* w, int order, int hidden, const int* left, const int* right,
                  int count, const T* df, T* gradient);
  /// o [count, M] -> scale * d(sum of the rows' losses)/do, in place; returns the sum of the rows' losses.
  double (*residual)(LossKind loss, T* o, const int* target, int count, int order, T scale);
  void (*activate)(Activation activation, const T* z, T* f, long count);
  void (*slope)(Activation activation, const T* z, T* d, long count);
  /// Adam with bias corrections folded into `rate` = lr / (1 - beta1^t) and `rootScale` = 1 / sqrt(1 - beta2^t).
  /// `coupled` is added to the gradient times w, `shrink` multiplies w first (decoupled decay; 1 = none).
  void (*adam)(T* w, T* m, T* v, const T* g, long count, T rate, T rootScale, T beta1, T beta2, T coupled, T shrink);
  /// m <- momentum m + g + coupled w; w <- w - rate m.
  void (*sgd)(T* w, T* m, const T* g, long count, T rate, T momentum, T coupled);
  /// False if any value is NaN or infinite.
  bool (*finite)(const T* values, long count);
};

/// The fastest set this CPU can run.
template <class T>
const TwoLayerKernels<T>& twoLayerKernels();
/// The set every CPU can run; for tests.
template <class T>
const TwoLayerKernels<T>& baselineKernels();
/// Which of the two sets this CPU runs.
bool cpuHasAvx2();
/// "AVX2+FMA" or "baseline".
const char* kernelSetName();

namespace avx2 {
/// Defined in two_layer_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
const TwoLayerKernels<float>& floatKernels();
const TwoLayerKernels<double>& doubleKernels();
}  // namespace avx2

}  // namespace learnscope
