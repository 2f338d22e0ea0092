// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace learnscope {

/// ||a||, summed in double.
template <class T>
double norm(std::span<const T> a) {
  double sum = 0;
  for (T value : a) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

/// 1 - cos(a, b) of two weight vectors of one size, 0..2; NaN if one of them is zero.
template <class T>
double cosineDistance(std::span<const T> a, std::span<const T> b) {
  double product = 0, a2 = 0, b2 = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    product += x * y;
    a2 += x * x;
    b2 += y * y;
  }
  if (a2 == 0 || b2 == 0) return std::numeric_limits<double>::quiet_NaN();
  return 1 - product / (std::sqrt(a2) * std::sqrt(b2));
}

/// ||a - b|| / ||b||; NaN if b is zero.
template <class T>
double relativeDistance(std::span<const T> a, std::span<const T> b) {
  double difference = 0, b2 = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    difference += (x - y) * (x - y);
    b2 += y * y;
  }
  return b2 > 0 ? std::sqrt(difference / b2) : std::numeric_limits<double>::quiet_NaN();
}

/// Pearson correlation of two sequences of one length; 0 if one is constant.
inline double correlation(std::span<const double> a, std::span<const double> b) {
  double meanA = 0, meanB = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) meanA += a[i], meanB += b[i];
  meanA /= static_cast<double>(a.size());
  meanB /= static_cast<double>(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) * (a[i] - meanA);
    bb += (b[i] - meanB) * (b[i] - meanB);
  }
  const double norms = std::sqrt(aa) * std::sqrt(bb);
  return norms > 1e-12 ? ab / norms : 0;
}

}  // namespace learnscope
