// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/core/random_stream.h"

namespace learnscope {

/// Widths of a perceptron with ReLU between its layers, and where its parameters stand in one flat buffer: layer after
/// layer, weights [out, in] row-major and then biases [out], each starting on a 64-byte boundary (the gaps stay 0).
class MlpShape {
 public:
  MlpShape() = default;
  /// Widths from the inputs to the outputs; at least two, all positive (std::invalid_argument).
  explicit MlpShape(std::vector<int> widths);

  int layers() const { return static_cast<int>(widths_.size()) - 1; }
  int inputs() const { return widths_.front(); }
  int outputs() const { return widths_.back(); }
  /// Width of activity l: 0 the inputs, layers() the outputs.
  int width(int l) const { return widths_[static_cast<std::size_t>(l)]; }
  std::size_t weights(int layer) const { return weights_[static_cast<std::size_t>(layer)]; }
  std::size_t biases(int layer) const { return biases_[static_cast<std::size_t>(layer)]; }
  /// Where a layer's parameters begin and end.
  std::size_t begin(int layer) const { return weights(layer); }
  std::size_t end(int layer) const { return layer + 1 < layers() ? weights(layer + 1) : size_; }
  /// Length of the flat buffer, gaps included.
  std::size_t size() const { return size_; }
  /// Number of parameters.
  std::size_t parameters() const;
  bool operator==(const MlpShape&) const = default;

  /// PyTorch's default: weights and biases of a layer uniform in +-1/sqrt(inputs of the layer) (Kaiming with a =
  /// sqrt(5)).
  AlignedVector<float> initial(RandomStream random) const;

 private:
  std::vector<int> widths_;
  std::vector<std::size_t> weights_, biases_;
  std::size_t size_ = 0;
};

/// Forward and backward passes of one perceptron over at most `rows` samples, with buffers of its own.
class MlpPass {
 public:
  MlpPass(const MlpShape& shape, int rows);
  const MlpShape& shape() const { return shape_; }
  int capacity() const { return capacity_; }

  /// Activities of x [rows, inputs], rows <= capacity.
  void forward(const float* theta, const float* x, int rows);
  int rows() const { return rows_; }
  /// [rows, outputs], of the last forward pass; a loss turns them into its gradient before backward().
  std::span<float> logits();
  /// Activity of hidden layer l >= 1 [rows, width(l)].
  std::span<const float> hidden(int l) const;
  /// gradient [size()] = d(loss)/d(theta) with d(loss)/d(logits) standing in logits(); x as in forward().
  void backward(const float* theta, const float* x, float* gradient);
  enum class Power { Square, Absolute };
  /// importance = sum over samples of the square (or the absolute value) of each sample's own gradient. A sample's
  /// gradient of a weight is delta * activity, so one product of squares gives all. Activities are lost.
  void importance(const float* theta, const float* x, Power power, float* importance);

 private:
  float* activity(int l) { return activities_[static_cast<std::size_t>(l)].data(); }
  void deltas(const float* theta);

  MlpShape shape_;
  int capacity_, rows_ = 0;
  std::vector<AlignedVector<float>> activities_;  ///< by layer; 0 unused
  std::vector<AlignedVector<float>> deltas_;      ///< d(loss)/d(pre-activity); the last layer's is logits()
  AlignedVector<float> inputs_;                   ///< squares of x
};

}  // namespace learnscope
