// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "engine/models/feed_forward.h"

namespace learnscope::test {

/// A feed-forward net with convolutions and batch normalisation in double precision, loop by loop from its definition.
class PlainNet {
 public:
  explicit PlainNet(const FeedForwardShape& shape) : shape_(shape) {}

  using Values = std::vector<double>;
  /// Logits of x [rows, inputs], normalised by the rows' own statistics or by those in theta.
  Values logits(const Values& theta, const Values& x, std::size_t rows, bool ownStatistics) const {
    Values now = x;
    for (int l = 0; l < shape_.layers(); ++l) {
      const FeedForwardLayer& layer = shape_.layer(l);
      Values z = layer.convolution() ? convolved(theta, l, now, rows) : product(theta, layer, now, rows);
      if (layer.normalised) normalise(theta, layer, z, ownStatistics);
      if (!layer.last)
        for (double& value : z) value = std::max(0.0, value);
      now = layer.convolution() ? pooled(layer, z, rows) : z;
    }
    return now;
  }

  /// Mean cross entropy over the rows.
  double crossEntropy(const Values& theta, const Values& x, const std::vector<int>& y, bool ownStatistics) const {
    const Values out = logits(theta, x, y.size(), ownStatistics);
    const std::size_t classes = out.size() / y.size();
    double loss = 0;
    for (std::size_t r = 0; r < y.size(); ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < classes; ++c) sum += std::exp(out[r * classes + c]);
      loss += std::log(sum) - out[r * classes + size(y[r])];
    }
    return loss / static_cast<double>(y.size());
  }

  /// Calls use with the place of every `stride`-th parameter.
  void overParameters(std::size_t stride, const std::function<void(std::size_t)>& use) const {
    for (int l = 0; l < shape_.layers(); ++l) {
      const FeedForwardLayer& layer = shape_.layer(l);
      for (std::size_t i = 0; i < size(layer.inputs) * size(layer.outputs); i += stride) use(layer.weights + i);
      for (std::size_t i = 0; i < size(layer.outputs); ++i) use(layer.biases + i);
      for (std::size_t i = 0; layer.normalised && i < size(layer.outputs); ++i) use(layer.scales + i);
    }
  }

 private:
  static std::size_t size(int value) { return static_cast<std::size_t>(value); }

  static Values product(const Values& theta, const FeedForwardLayer& layer, const Values& in, std::size_t rows) {
    const std::size_t width = size(layer.inputs), outputs = size(layer.outputs);
    Values z(rows * outputs);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t o = 0; o < outputs; ++o) {
        double sum = layer.normalised ? 0 : theta[layer.biases + o];
        for (std::size_t i = 0; i < width; ++i) sum += theta[layer.weights + o * width + i] * in[r * width + i];
        z[r * outputs + o] = sum;
      }
    return z;
  }

  // The net's inputs are [channels, side, side], activities [side, side, channels].
  Values convolved(const Values& theta, int l, const Values& in, std::size_t rows) const {
    const FeedForwardLayer& layer = shape_.layer(l);
    const int side = layer.side, channels = layer.channels, maps = layer.outputs;
    const auto pixel = [&](std::size_t image, int c, int y, int x) {
      if (x < 0 || y < 0 || x >= side || y >= side) return 0.0;
      const int place = l == 0 ? (c * side + y) * side + x : (y * side + x) * channels + c;
      return in[image * size(channels * side * side) + size(place)];
    };
    Values z;
    for (std::size_t image = 0; image < rows; ++image)
      for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x)
          for (int o = 0; o < maps; ++o) {
            double sum = layer.normalised ? 0 : theta[layer.biases + size(o)];
            for (int dy = -1; dy <= 1; ++dy)
              for (int dx = -1; dx <= 1; ++dx)
                for (int c = 0; c < channels; ++c)
                  sum += theta[layer.weights + size(((o * 3 + dy + 1) * 3 + dx + 1) * channels + c)] *
                         pixel(image, c, y + dy, x + dx);
            z.push_back(sum);
          }
    return z;
  }

  static void normalise(const Values& theta, const FeedForwardLayer& layer, Values& z, bool ownStatistics) {
    const std::size_t width = size(layer.outputs), rows = z.size() / width;
    for (std::size_t j = 0; j < width; ++j) {
      double mean = theta[layer.means + j], variance = theta[layer.variances + j];
      if (ownStatistics) {
        mean = variance = 0;
        for (std::size_t r = 0; r < rows; ++r) mean += z[r * width + j] / static_cast<double>(rows);
        for (std::size_t r = 0; r < rows; ++r)
          variance += std::pow(z[r * width + j] - mean, 2) / static_cast<double>(rows);
      }
      for (std::size_t r = 0; r < rows; ++r) {
        double& value = z[r * width + j];
        value = theta[layer.scales + j] * (value - mean) / std::sqrt(variance + 1e-5) + theta[layer.biases + j];
      }
    }
  }

  static Values pooled(const FeedForwardLayer& layer, const Values& z, std::size_t rows) {
    const int side = layer.side, half = side / 2, maps = layer.outputs;
    Values out;
    for (std::size_t image = 0; image < rows; ++image)
      for (int y = 0; y < half; ++y)
        for (int x = 0; x < half; ++x)
          for (int o = 0; o < maps; ++o) {
            double most = 0;  // after ReLU nothing is smaller
            for (int k = 0; k < 4; ++k)
              most = std::max(
                  most,
                  z[image * size(side * side * maps) + size(((2 * y + k / 2) * side + 2 * x + k % 2) * maps + o)]);
            out.push_back(most);
          }
    return out;
  }

  FeedForwardShape shape_;
};

}  // namespace learnscope::test
