// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/spectrum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/models/blas.h"

namespace learnscope {

FeatureSpectrum FeatureSpectrum::fourier(int length) {
  FeatureSpectrum spectrum;
  spectrum.length_ = length;
  spectrum.features_ = length / 2 + 1;
  const auto addRow = [&](int k, bool sine) {
    for (std::int64_t t = 0; t < length; ++t) {
      // The argument is reduced exactly before it meets pi.
      const double turn = 2 * std::numbers::pi * static_cast<double>(k * t % length) / length;
      spectrum.rows_.push_back(sine ? std::sin(turn) : std::cos(turn));
    }
    spectrum.feature_.push_back(k);
  };
  for (int k = 0; k < spectrum.features_; ++k) {
    addRow(k, false);
    if (k != 0 && 2 * k != length) addRow(k, true);
  }
  return spectrum;
}

FeatureSpectrum FeatureSpectrum::isotypic(std::span<const Isotype> isotypes) {
  FeatureSpectrum spectrum;
  spectrum.features_ = static_cast<int>(isotypes.size());
  spectrum.length_ = static_cast<int>(isotypes.front().character.size());
  for (int k = 0; k < spectrum.features_; ++k) {
    const Isotype& isotype = isotypes[static_cast<std::size_t>(k)];
    spectrum.rows_.insert(spectrum.rows_.end(), isotype.basis.begin(), isotype.basis.end());
    spectrum.feature_.insert(spectrum.feature_.end(), static_cast<std::size_t>(isotype.rank), k);
  }
  return spectrum;
}

template <class T>
void FeatureSpectrum::ofColumns(const T* values, int count, AlignedVector<double>& power) {
  input_.assign(values, values + static_cast<std::size_t>(count) * length_);
  transform(false, count, power);
}

template <class T>
void FeatureSpectrum::ofRows(const T* values, int count, AlignedVector<double>& power) {
  input_.assign(values, values + static_cast<std::size_t>(count) * length_);
  transform(true, count, power);
}

void FeatureSpectrum::transform(bool rows, int count, AlignedVector<double>& power) {
  const int total = static_cast<int>(feature_.size());
  product_.resize(static_cast<std::size_t>(total) * count);
  gemm(Transpose::No, rows ? Transpose::Yes : Transpose::No, total, count, length_, 1.0, rows_.data(), length_,
       input_.data(), rows ? length_ : count, 0.0, product_.data(), count);
  power.assign(static_cast<std::size_t>(features_) * count, 0.0);
  for (int r = 0; r < total; ++r) {
    const double* from = product_.data() + static_cast<std::size_t>(r) * count;
    double* to = power.data() + static_cast<std::size_t>(feature_[static_cast<std::size_t>(r)]) * count;
    for (int j = 0; j < count; ++j) to[j] += from[j] * from[j];
  }
}

template void FeatureSpectrum::ofColumns(const float*, int, AlignedVector<double>&);
template void FeatureSpectrum::ofColumns(const double*, int, AlignedVector<double>&);
template void FeatureSpectrum::ofRows(const float*, int, AlignedVector<double>&);
template void FeatureSpectrum::ofRows(const double*, int, AlignedVector<double>&);

void inverseParticipation(std::span<const double> power, int features, int count, std::span<double> ipr) {
  for (int j = 0; j < count; ++j) {
    double sum = 0, squares = 0;
    for (int k = 0; k < features; ++k) {
      const double q = power[static_cast<std::size_t>(k) * count + j];
      sum += q;
      squares += q * q;
    }
    ipr[static_cast<std::size_t>(j)] = sum > 0 ? squares / std::max(sum * sum, 1e-300) : 0.0;
  }
}

void dominantFeature(std::span<const double> power, int features, int count, std::span<std::int32_t> feature) {
  for (int j = 0; j < count; ++j) {
    int best = std::min(1, features - 1);
    for (int k = best + 1; k < features; ++k)
      if (power[static_cast<std::size_t>(k) * count + j] > power[static_cast<std::size_t>(best) * count + j]) best = k;
    feature[static_cast<std::size_t>(j)] = best;
  }
}

}  // namespace learnscope
