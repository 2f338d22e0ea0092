// SPDX-License-Identifier: GPL-3.0-or-later
// Elementary functions for the files that are built twice (baseline and AVX2): branch-free so that loops over them
// vectorise, of internal linkage, and without templates of the standard library; see two_layer_kernels_impl.h.
#pragma once

namespace learnscope {
namespace {

template <class T>
inline T squareRoot(T x) {
  return static_cast<T>(__builtin_sqrt(x));
}
template <>
inline float squareRoot(float x) {
  return __builtin_sqrtf(x);
}

// exp by 2^k * Taylor(r), |r| <= ln(2)/2: degree 7 leaves 6e-9, degree 13 4e-18. The magic constant rounds to an
// integer and leaves it in the low mantissa bits, which vectorises where a conversion of doubles does not.
[[maybe_unused]] inline float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23
  const float shifted = x * 1.44269504f + kMagic;
  const float k = shifted - kMagic;
  const float r = (x - k * 0.693359375f) - k * -2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  int bits;
  __builtin_memcpy(&bits, &shifted, sizeof bits);
  bits = static_cast<int>((static_cast<unsigned>(bits) + 127u) << 23);
  float power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return p * power;
}

[[maybe_unused]] inline double exponential(double x) {
  x = x < -708.0 ? -708.0 : x;
  x = x > 709.0 ? 709.0 : x;
  constexpr double kMagic = 6755399441055744.0;  // 1.5 * 2^52
  const double shifted = x * 1.4426950408889634 + kMagic;
  const double k = shifted - kMagic;
  const double r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  unsigned long long bits;
  __builtin_memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023ull) << 52;
  double power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return p * power;
}

// log(x) of a normal x > 0 by 2^e * m, m in [sqrt(1/2), sqrt(2)), and a polynomial in m - 1 (Cephes logf, 1e-7).
[[maybe_unused]] inline float logarithm(float x) {
  int bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const int shifted = bits - 0x3F3504F3;  // sqrt(1/2)
  const float e = static_cast<float>(shifted >> 23);
  bits = (shifted & 0x007FFFFF) + 0x3F3504F3;
  float m;
  __builtin_memcpy(&m, &bits, sizeof m);
  const float z = m - 1.0f;
  const float z2 = z * z;
  float p = 7.0376836292e-2f;
  p = p * z - 1.1514610310e-1f;
  p = p * z + 1.1676998740e-1f;
  p = p * z - 1.2420140846e-1f;
  p = p * z + 1.4249322787e-1f;
  p = p * z - 1.6668057665e-1f;
  p = p * z + 2.0000714765e-1f;
  p = p * z - 2.4999993993e-1f;
  p = p * z + 3.3333331174e-1f;
  const float tail = z * z2 * p - 2.12194440e-4f * e - 0.5f * z2;
  return z + tail + 0.693359375f * e;
}

// tanh: a polynomial near 0 keeps relative accuracy (Cephes tanhf and tanh), elsewhere 1 - 2 / (e^2x + 1).
[[maybe_unused]] inline float hyperbolicTangent(float x) {
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const float near = x + x * s * p;
  const float far = 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f);
  return s < 0.390625f ? near : far;
}

[[maybe_unused]] inline double hyperbolicTangent(double x) {
  const double s = x * x;
  const double p = (-9.64399179425052238628e-1 * s - 9.92877231001918586564e1) * s - 1.61468768441708447952e3;
  const double q = ((s + 1.12811678491632931402e2) * s + 2.23548839060100448583e3) * s + 4.84406305325125486048e3;
  const double near = x + x * s * (p / q);
  const double far = 1.0 - 2.0 / (exponential(2.0 * x) + 1.0);
  return s < 0.390625 ? near : far;
}

// sin and cos of pi v, v in [-1/2, 1/2], by Taylor's polynomials (6e-8).
[[maybe_unused]] inline float sineOfHalfTurns(float v) {
  const float x = v * 3.14159265f, s = x * x;
  float p = -1.0f / 39916800;
  p = p * s + 1.0f / 362880;
  p = p * s - 1.0f / 5040;
  p = p * s + 1.0f / 120;
  p = p * s - 1.0f / 6;
  return x + x * s * p;
}
[[maybe_unused]] inline float cosineOfHalfTurns(float v) {
  const float x = v * 3.14159265f, s = x * x;
  float p = 1.0f / 479001600;
  p = p * s - 1.0f / 3628800;
  p = p * s + 1.0f / 40320;
  p = p * s - 1.0f / 720;
  p = p * s + 1.0f / 24;
  p = p * s - 0.5f;
  return 1.0f + s * p;
}

}  // namespace
}  // namespace learnscope
