// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/models/lane_conv.h"

namespace learnscope {

/// A dense layer on the rows of a matrix: y = x W' + b, W [out][in]. Its weights live in a flat parameter buffer;
/// gradients are added to another of that layout. T is float or double.
template <class T>
struct RowLinear {
  int in = 0, out = 0, weight = 0, bias = 0;

  RowLinear() = default;
  RowLinear(LaneParameters& parameters, const std::string& name, int inputs, int outputs,
            LaneParameter::Start start = LaneParameter::Start::Uniform);
  /// y [rows, out], added to what is there or in its place; rows of x stand `xStride` apart (0: next to each other).
  void apply(const T* parameters, const T* x, int rows, T* y, bool add = false, int xStride = 0) const;
  /// From the gradient dy at y: that at x to dx (may be null; stands as x does), added or in its place.
  void back(const T* parameters, const T* x, int rows, const T* dy, T* dx, bool add, T* gradient,
            int xStride = 0) const;
};

/// Layer normalisation of rows, with what its backward pass needs.
template <class T>
class RowNorm {
 public:
  RowNorm() = default;
  RowNorm(LaneParameters& parameters, const std::string& name, int rows, int width);
  void forward(const T* parameters, const T* x);
  const T* out() const { return out_.data(); }
  /// Adds the gradient at x to dx.
  void backward(const T* parameters, const T* byOut, T* dx, T* gradient) const;

 private:
  int gamma_ = 0, beta_ = 0, rows_ = 0, width_ = 0;
  AlignedVector<T> xhat_, inverse_, out_;
};

struct AttentionShape {
  int groups = 1;  ///< rows see those of their own group
  int rows = 0;    ///< of a group
  int width = 64, heads = 2;
  int stride = 1;  ///< keys and values are every so many-th row of a group
  int anchors() const { return (rows + stride - 1) / stride; }
};

/// h += attention(norm(h)): softmax attention of the rows of each group, keys and values from every `stride`-th of
/// them; the output layer starts at zero.
template <class T>
class RowAttention {
 public:
  RowAttention() = default;
  RowAttention(LaneParameters& parameters, const std::string& name, const AttentionShape& shape);
  /// h [groups * rows][width], in place.
  void forward(const T* parameters, T* h);
  /// dh: from the gradient behind to that before, in place.
  void backward(const T* parameters, T* dh, T* gradient);

 private:
  AttentionShape shape_;
  RowNorm<T> norm_;
  RowLinear<T> query_, keyValue_, out_;
  AlignedVector<T> queries_, keysValues_, shares_, heads_;  ///< shares_ [groups][heads][rows][anchors]
  AlignedVector<T> byHeads_, byQueries_, byKeysValues_, byScores_;
};

extern template struct RowLinear<float>;
extern template struct RowLinear<double>;
extern template class RowNorm<float>;
extern template class RowNorm<double>;
extern template class RowAttention<float>;
extern template class RowAttention<double>;

}  // namespace learnscope
