// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "engine/models/feed_forward.h"

namespace learnscope::test {

/// d(f)/d(at[i]) by central differences.
inline double slope(const std::function<double(const std::vector<double>&)>& f, std::vector<double> at, std::size_t i,
                    double h = 1e-5) {
  const double middle = at[i];
  at[i] = middle + h;
  const double high = f(at);
  at[i] = middle - h;
  return (high - f(at)) / (2 * h);
}

/// A perceptron in double precision, straight from its definition.
class DenseMlp {
 public:
  explicit DenseMlp(const FeedForwardShape& shape) : shape_(shape) {}

  static std::vector<double> wide(const AlignedVector<float>& values) { return {values.begin(), values.end()}; }

  std::vector<double> logits(const std::vector<double>& theta, const AlignedVector<float>& x, int rows) const {
    std::vector<double> now = wide(x);
    for (int l = 0; l < shape_.layers(); ++l) {
      const std::size_t in = size(shape_.width(l)), out = size(shape_.width(l + 1));
      std::vector<double> next(size(rows) * out);
      for (std::size_t r = 0; r < size(rows); ++r)
        for (std::size_t o = 0; o < out; ++o) {
          double sum = theta[shape_.biases(l) + o];
          for (std::size_t i = 0; i < in; ++i) sum += theta[shape_.weights(l) + o * in + i] * now[r * in + i];
          next[r * out + o] = l + 1 < shape_.layers() ? std::max(0.0, sum) : sum;
        }
      now = std::move(next);
    }
    return now;
  }
  std::vector<double> logits(const AlignedVector<float>& theta, const AlignedVector<float>& x, int rows) const {
    return logits(wide(theta), x, rows);
  }

  /// Mean over the rows.
  double crossEntropy(const std::vector<double>& logits, const std::vector<int>& y) const {
    const std::size_t classes = size(shape_.outputs());
    double loss = 0;
    for (std::size_t r = 0; r < y.size(); ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < classes; ++c) sum += std::exp(logits[r * classes + c]);
      loss += std::log(sum) - logits[r * classes + size(y[r])];
    }
    return loss / static_cast<double>(y.size());
  }

  /// Calls `use` with the place of every third parameter, gaps left out.
  void overParameters(const std::function<void(std::size_t)>& use) const {
    for (int l = 0; l < shape_.layers(); ++l) {
      const std::size_t weights = size(shape_.width(l)) * size(shape_.width(l + 1));
      for (std::size_t i = 0; i < weights; i += 3) use(shape_.weights(l) + i);
      for (std::size_t i = 0; i < size(shape_.width(l + 1)); i += 3) use(shape_.biases(l) + i);
    }
  }

 private:
  static std::size_t size(int value) { return static_cast<std::size_t>(value); }
  FeedForwardShape shape_;
};

}  // namespace learnscope::test
