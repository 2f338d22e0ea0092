// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/measures/isotypic.h"

namespace learnscope {

/// Power of functions on M points in each of a set of features: power_k(f) = sum over the rows b of feature k of <b,
/// f>^2. Feature 0 is the constant (frequency 0, the trivial isotype). Computed in double precision as one matrix
/// product, so any length will do, prime or not: 2 M^2 flop a function.
class FeatureSpectrum {
 public:
  FeatureSpectrum() = default;
  /// Real Fourier transform: power_k = |sum_t f_t exp(-2 pi i k t / M)|^2, k = 0..floor(M/2).
  static FeatureSpectrum fourier(int length);
  /// Power in the isotypes of a group: power_k = ||P_k f||^2.
  static FeatureSpectrum isotypic(std::span<const Isotype> isotypes);

  int length() const { return length_; }
  /// Number of features, the constant one included.
  int features() const { return features_; }

  /// Power of the `count` columns of values [M][count]: power [features][count].
  template <class T>
  void ofColumns(const T* values, int count, AlignedVector<double>& power);
  /// Power of the `count` rows of values [count][M]: power [features][count].
  template <class T>
  void ofRows(const T* values, int count, AlignedVector<double>& power);

 private:
  void transform(bool rows, int count, AlignedVector<double>& power);

  int length_ = 0;
  int features_ = 0;
  AlignedVector<double> rows_;         ///< [R][M]
  std::vector<std::int32_t> feature_;  ///< [R] feature of a row
  AlignedVector<double> input_, product_;
};

/// Inverse participation ratio of each column of power [features][count]: sum_k power_k^2 / (sum_k power_k)^2 with the
/// constant included; 1/features .. 1; 0 for an all-zero function. For power = |f|^2 this is sum |f|^4 / (sum |f|^2)^2
/// (Gromov 2023).
void inverseParticipation(std::span<const double> power, int features, int count, std::span<double> ipr);

/// The feature k >= 1 of largest power in each column; the first one of equals.
void dominantFeature(std::span<const double> power, int features, int count, std::span<std::int32_t> feature);

}  // namespace learnscope
