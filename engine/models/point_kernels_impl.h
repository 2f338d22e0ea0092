// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file. Everything has internal linkage and uses no
// templates of the standard library: see mlp_kernels_impl.h.
#pragma once

#include "engine/models/kernel_math.h"
#include "engine/models/point_kernels.h"

namespace learnscope {
namespace {

constexpr long kSums = 16;  // partial sums: what lets a reduction vectorise

template <class T, class F>
inline T sumOver(long count, F&& term) {
  T parts[kSums] = {};
  long j = 0;
  for (; j + kSums <= count; j += kSums)
    for (long l = 0; l < kSums; ++l) parts[l] += term(j + l);
  T sum = 0;
  for (; j < count; ++j) sum += term(j);
  for (long l = 0; l < kSums; ++l) sum += parts[l];
  return sum;
}

template <class T>
void siluKernel(const T* __restrict__ x, T* __restrict__ y, T* __restrict__ slope, long count) {
  for (long i = 0; i < count; ++i) {
    const T s = T(1) / (T(1) + exponential(-x[i]));
    y[i] = x[i] * s;
    slope[i] = s * (T(1) + x[i] * (T(1) - s));
  }
}

template <class T>
void sigmoidKernel(const T* __restrict__ x, T* __restrict__ y, long count) {
  for (long i = 0; i < count; ++i) y[i] = T(1) / (T(1) + exponential(-x[i]));
}

template <class T>
void normaliseKernel(const T* x, const T* __restrict__ gamma, const T* __restrict__ beta, long rows, long width,
                     T* __restrict__ xhat, T* __restrict__ inverse, T* __restrict__ out) {
  for (long r = 0; r < rows; ++r) {
    const T* __restrict__ row = x + r * width;
    T* __restrict__ hat = xhat + r * width;
    T* __restrict__ to = out + r * width;
    const T mean = sumOver<T>(width, [&](long j) { return row[j]; }) / static_cast<T>(width);
    const T variance = sumOver<T>(width, [&](long j) { return (row[j] - mean) * (row[j] - mean); });
    const T factor = T(1) / squareRoot(variance / static_cast<T>(width) + T(1e-5));
    inverse[r] = factor;
    for (long j = 0; j < width; ++j) {
      hat[j] = (row[j] - mean) * factor;
      to[j] = gamma[j] * hat[j] + beta[j];
    }
  }
}

template <class T>
void normaliseBackwardKernel(const T* xhat, const T* __restrict__ inverse, const T* __restrict__ gamma, const T* g,
                             long rows, long width, T* dx, T* __restrict__ dgamma, T* __restrict__ dbeta) {
  for (long r = 0; r < rows; ++r) {
    const T* __restrict__ hat = xhat + r * width;
    const T* __restrict__ slope = g + r * width;
    T* __restrict__ to = dx + r * width;
    const T mean = sumOver<T>(width, [&](long j) { return slope[j] * gamma[j]; }) / static_cast<T>(width);
    const T along = sumOver<T>(width, [&](long j) { return slope[j] * gamma[j] * hat[j]; }) / static_cast<T>(width);
    const T factor = inverse[r];
    for (long j = 0; j < width; ++j) {
      to[j] += factor * (slope[j] * gamma[j] - mean - hat[j] * along);
      dgamma[j] += slope[j] * hat[j];
      dbeta[j] += slope[j];
    }
  }
}

template <class T>
void softmaxKernel(T* scores, long rows, long width, T scale) {
  for (long r = 0; r < rows; ++r) {
    T* __restrict__ row = scores + r * width;
    T largest = row[0];
    for (long j = 1; j < width; ++j) largest = row[j] > largest ? row[j] : largest;
    for (long j = 0; j < width; ++j) row[j] = exponential((row[j] - largest) * scale);
    const T factor = T(1) / sumOver<T>(width, [&](long j) { return row[j]; });
    for (long j = 0; j < width; ++j) row[j] *= factor;
  }
}

template <class T>
void softmaxBackwardKernel(const T* p, T* g, long rows, long width, T scale) {
  for (long r = 0; r < rows; ++r) {
    const T* __restrict__ share = p + r * width;
    T* __restrict__ slope = g + r * width;
    const T mean = sumOver<T>(width, [&](long j) { return share[j] * slope[j]; });
    for (long j = 0; j < width; ++j) slope[j] = scale * share[j] * (slope[j] - mean);
  }
}

template <class T>
void reachKernel(const T* points, long count, long stride, const T* drags, long dragCount, T sharpness, T* reach) {
  for (long i = 0; i < count; ++i) {
    const T* x = points + i * stride;
    T* __restrict__ row = reach + i * dragCount;
    for (long k = 0; k < dragCount; ++k) {
      const T* s = drags + 6 * k;
      const T a = x[0] - s[0], b = x[1] - s[1], c = x[2] - s[2];
      row[k] = exponential(-sharpness * (a * a + b * b + c * c));
    }
    const T factor = T(1) / (sumOver<T>(dragCount, [&](long k) { return row[k]; }) + T(0.1));
    for (long k = 0; k < dragCount; ++k) row[k] *= factor;
  }
}

template <class T>
void multiplyKernel(const T* __restrict__ a, T* __restrict__ g, long count) {
  for (long i = 0; i < count; ++i) g[i] *= a[i];
}

template <class T>
constexpr PointKernels<T> pointKernelSet() {
  return {siluKernel<T>,    sigmoidKernel<T>,         normaliseKernel<T>, normaliseBackwardKernel<T>,
          softmaxKernel<T>, softmaxBackwardKernel<T>, reachKernel<T>,     multiplyKernel<T>};
}

}  // namespace
}  // namespace learnscope
