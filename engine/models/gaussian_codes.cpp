// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/gaussian_codes.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr double kOpacityFactor = 0.3, kScaleFactor = 0.5, kScaleShift = 1.5;
constexpr double kSmallest = -7, kLargest = -0.5;  // of ln s
constexpr double kEdge = 1e-6;                     // of opacities

}  // namespace

template <class T>
void encodeGaussians(const T* gaussians, long count, T* codes) {
  for (long i = 0; i < count; ++i, gaussians += kCodeValues, codes += kCodeValues) {
    for (int k = 0; k < kCodeValues; ++k) codes[k] = gaussians[k];
    const T o = std::clamp(gaussians[3], T(kEdge), T(1 - kEdge));
    codes[3] = T(kOpacityFactor) * std::log(o / (1 - o));
    for (int k = 4; k < 7; ++k)
      codes[k] = T(kScaleFactor) * std::log(std::max(gaussians[k], T(1e-12))) + T(kScaleShift);
    for (int k = 11; k < 14; ++k) codes[k] = 2 * gaussians[k] - 1;
  }
}

template <class T>
void decodeGaussians(const T* codes, long count, T* gaussians) {
  for (long i = 0; i < count; ++i, gaussians += kCodeValues, codes += kCodeValues) {
    for (int k = 0; k < kCodeValues; ++k) gaussians[k] = codes[k];
    gaussians[3] = 1 / (1 + std::exp(-codes[3] / T(kOpacityFactor)));
    for (int k = 4; k < 7; ++k)
      gaussians[k] = std::exp(std::clamp((codes[k] - T(kScaleShift)) / T(kScaleFactor), T(kSmallest), T(kLargest)));
    for (int k = 11; k < 14; ++k) gaussians[k] = (codes[k] + 1) / 2;
  }
}

template <class T>
void decodeGradient(const T* codes, const T* gaussians, const T* byGaussians, long count, T* byCodes) {
  for (long i = 0; i < count; ++i) {
    const T* code = codes + i * kCodeValues;
    const T* g = gaussians + i * kCodeValues;
    const T* slope = byGaussians + i * kCodeValues;
    T* out = byCodes + i * kCodeValues;
    for (int k = 0; k < kCodeValues; ++k) out[k] = slope[k];
    out[3] = slope[3] * g[3] * (1 - g[3]) / T(kOpacityFactor);
    for (int k = 4; k < 7; ++k) {
      const T logarithm = (code[k] - T(kScaleShift)) / T(kScaleFactor);
      const bool free = logarithm > T(kSmallest) && logarithm < T(kLargest);
      out[k] = free ? slope[k] * g[k] / T(kScaleFactor) : T(0);
    }
    for (int k = 11; k < 14; ++k) out[k] = slope[k] / 2;
  }
}

template void encodeGaussians(const float*, long, float*);
template void encodeGaussians(const double*, long, double*);
template void decodeGaussians(const float*, long, float*);
template void decodeGaussians(const double*, long, double*);
template void decodeGradient(const float*, const float*, const float*, long, float*);
template void decodeGradient(const double*, const double*, const double*, long, double*);

}  // namespace learnscope
