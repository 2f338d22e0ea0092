// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

/// The loops of a network on points that are no matrix product, on plain pointers: built once for the baseline CPU and
/// once for AVX2+FMA, chosen once. T is float (training) or double (checks). Arrays are row-major.
template <class T>
struct PointKernels {
  /// y = x sigmoid(x), slope = dy/dx.
  void (*silu)(const T* x, T* y, T* slope, long count);
  /// y = sigmoid(x).
  void (*sigmoid)(const T* x, T* y, long count);
  /// xhat = (x - mean) / sqrt(variance + 1e-5) of each row, out = gamma xhat + beta; `inverse` [rows] keeps 1/sd.
  void (*normalise)(const T* x, const T* gamma, const T* beta, long rows, long width, T* xhat, T* inverse, T* out);
  /// Adds to dx, dgamma and dbeta what the gradient g at `out` of normalise() gives.
  void (*normaliseBackward)(const T* xhat, const T* inverse, const T* gamma, const T* g, long rows, long width, T* dx,
                            T* dgamma, T* dbeta);
  /// Softmax of scale * scores by rows, in place.
  void (*softmax)(T* scores, long rows, long width, T scale);
  /// g <- scale * p (g - sum p g) by rows: from the gradient at the probabilities p to that at the scores.
  void (*softmaxBackward)(const T* p, T* g, long rows, long width, T scale);
  /// reach [points][drags] = w / (sum of w + 0.1), w = exp(-|x - s|^2 sharpness); x the first three of `stride` numbers
  /// of a point, s the first three of six of a drag.
  void (*reach)(const T* points, long count, long stride, const T* drags, long dragCount, T sharpness, T* reach);
  /// g *= a.
  void (*multiply)(const T* a, T* g, long count);
};

/// The fastest set this CPU can run.
template <class T>
const PointKernels<T>& pointKernels();
/// The set every CPU can run; for tests.
template <class T>
const PointKernels<T>& baselinePointKernels();

namespace avx2 {
/// Defined in point_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
const PointKernels<float>& floatPointKernels();
const PointKernels<double>& doublePointKernels();
}  // namespace avx2

}  // namespace learnscope
