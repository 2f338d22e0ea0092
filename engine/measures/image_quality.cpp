// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/image_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace learnscope {
namespace {

constexpr int kWindow = 11, kMiddle = 5;
constexpr double kSigma = 1.5, kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;

const std::array<double, kWindow>& window() {
  static const auto weights = [] {
    std::array<double, kWindow> w{};
    double sum = 0;
    for (int i = 0; i < kWindow; ++i) {
      const double x = i - kMiddle;
      w[static_cast<std::size_t>(i)] = std::exp(-x * x / (2 * kSigma * kSigma));
      sum += w[static_cast<std::size_t>(i)];
    }
    for (double& value : w) value /= sum;
    return w;
  }();
  return weights;
}

/// Weighted means of `in` [height][width] over all windows that fit [height - 10][width - 10]; `rows` is scratch.
void windowMeans(const std::vector<double>& in, int height, int width, std::vector<double>& rows,
                 std::vector<double>& out) {
  const auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(height), n = w - kWindow + 1;
  rows.assign(h * n, 0);
  out.assign((h - kWindow + 1) * n, 0);
  for (std::size_t k = 0; k < kWindow; ++k)
    for (std::size_t y = 0; y < h; ++y)
      for (std::size_t x = 0; x < n; ++x) rows[y * n + x] += window()[k] * in[y * w + x + k];
  for (std::size_t k = 0; k < kWindow; ++k)
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += window()[k] * rows[k * n + i];
}

}  // namespace

double meanSquaredError(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(a.size());
}

double peakSignalToNoise(double meanSquaredError) {
  return std::min(kLargestPsnr, -10 * std::log10(std::max(meanSquaredError, 1e-300)));
}

double structuralSimilarity(std::span<const float> a, std::span<const float> b, int channels, int height, int width) {
  const std::size_t plane = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  if (height < kWindow || width < kWindow || a.size() != plane * static_cast<std::size_t>(channels) ||
      b.size() != a.size())
    throw std::invalid_argument("structuralSimilarity: pictures of one size, at least 11 x 11");
  std::vector<double> product(plane), rows, meanA, meanB, aa, bb, ab;
  double sum = 0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    const float* x = a.data() + c * plane;
    const float* y = b.data() + c * plane;
    const auto means = [&](const auto& term, std::vector<double>& out) {
      for (std::size_t i = 0; i < plane; ++i) product[i] = term(static_cast<double>(x[i]), static_cast<double>(y[i]));
      windowMeans(product, height, width, rows, out);
    };
    means([](double p, double) { return p; }, meanA);
    means([](double, double q) { return q; }, meanB);
    means([](double p, double) { return p * p; }, aa);
    means([](double, double q) { return q * q; }, bb);
    means([](double p, double q) { return p * q; }, ab);
    double channel = 0;
    for (std::size_t i = 0; i < meanA.size(); ++i) {
      const double p = meanA[i], q = meanB[i];
      channel += (2 * p * q + kC1) * (2 * (ab[i] - p * q) + kC2) /
                 ((p * p + q * q + kC1) * (aa[i] - p * p + bb[i] - q * q + kC2));
    }
    sum += channel / static_cast<double>(meanA.size());
  }
  return sum / channels;
}

}  // namespace learnscope
