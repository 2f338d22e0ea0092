// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/row_layers.h"

#include <cmath>

#include "engine/models/blas.h"
#include "engine/models/point_kernels.h"

namespace learnscope {
namespace {

std::size_t area(int rows, int columns) { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }

}  // namespace

template <class T>
RowLinear<T>::RowLinear(LaneParameters& parameters, const std::string& name, int inputs, int outputs,
                        LaneParameter::Start start)
    : in(inputs),
      out(outputs),
      weight(parameters.add(name + ".weight", inputs * outputs, start, inputs)),
      bias(parameters.add(name + ".bias", outputs, start, inputs)) {}

template <class T>
void RowLinear<T>::apply(const T* parameters, const T* x, int rows, T* y, bool add, int xStride) const {
  const T* b = parameters + bias;
  for (int r = 0; r < rows; ++r) {
    T* row = y + area(r, out);
    for (int j = 0; j < out; ++j) row[j] = add ? row[j] + b[j] : b[j];
  }
  gemm(Transpose::No, Transpose::Yes, rows, out, in, T(1), x, xStride ? xStride : in, parameters + weight, in, T(1), y,
       out);
}

template <class T>
void RowLinear<T>::back(const T* parameters, const T* x, int rows, const T* dy, T* dx, bool add, T* gradient,
                        int xStride) const {
  const int stride = xStride ? xStride : in;
  gemm(Transpose::Yes, Transpose::No, out, in, rows, T(1), dy, out, x, stride, T(1), gradient + weight, in);
  T* sums = gradient + bias;
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < out; ++j) sums[j] += dy[area(r, out) + static_cast<std::size_t>(j)];
  if (dx)
    gemm(Transpose::No, Transpose::No, rows, in, out, T(1), dy, out, parameters + weight, in, T(add ? 1 : 0), dx,
         stride);
}

template <class T>
RowNorm<T>::RowNorm(LaneParameters& parameters, const std::string& name, int rows, int width)
    : gamma_(parameters.add(name + ".gamma", width, LaneParameter::Start::One)),
      beta_(parameters.add(name + ".beta", width, LaneParameter::Start::Zero)),
      rows_(rows),
      width_(width),
      xhat_(area(rows, width)),
      inverse_(static_cast<std::size_t>(rows)),
      out_(area(rows, width)) {}

template <class T>
void RowNorm<T>::forward(const T* parameters, const T* x) {
  pointKernels<T>().normalise(x, parameters + gamma_, parameters + beta_, rows_, width_, xhat_.data(), inverse_.data(),
                              out_.data());
}

template <class T>
void RowNorm<T>::backward(const T* parameters, const T* byOut, T* dx, T* gradient) const {
  pointKernels<T>().normaliseBackward(xhat_.data(), inverse_.data(), parameters + gamma_, byOut, rows_, width_, dx,
                                      gradient + gamma_, gradient + beta_);
}

template <class T>
RowAttention<T>::RowAttention(LaneParameters& parameters, const std::string& name, const AttentionShape& shape)
    : shape_(shape),
      norm_(parameters, name + ".norm", shape.groups * shape.rows, shape.width),
      query_(parameters, name + ".query", shape.width, shape.width),
      keyValue_(parameters, name + ".keyValue", shape.width, 2 * shape.width),
      out_(parameters, name + ".out", shape.width, shape.width, LaneParameter::Start::Zero) {
  const int rows = shape.groups * shape.rows;
  for (auto* buffer : {&queries_, &heads_, &byHeads_, &byQueries_}) buffer->resize(area(rows, shape.width));
  for (auto* buffer : {&keysValues_, &byKeysValues_})
    buffer->resize(area(shape.groups * shape.anchors(), 2 * shape.width));
  byScores_.resize(area(shape.rows, shape.anchors()));
  shares_.resize(area(shape.groups * shape.heads, 1) * byScores_.size());
}

template <class T>
void RowAttention<T>::forward(const T* p, T* h) {
  const int n = shape_.rows, anchors = shape_.anchors(), width = shape_.width, part = width / shape_.heads;
  const auto& kernels = pointKernels<T>();
  norm_.forward(p, h);
  query_.apply(p, norm_.out(), shape_.groups * n, queries_.data());
  for (int group = 0; group < shape_.groups; ++group) {
    T* keysValues = keysValues_.data() + area(group * anchors, 2 * width);
    keyValue_.apply(p, norm_.out() + area(group * n, width), anchors, keysValues, false, width * shape_.stride);
    for (int head = 0; head < shape_.heads; ++head) {
      T* shares = shares_.data() + area(group * shape_.heads + head, 1) * byScores_.size();
      const T* keys = keysValues + head * part;
      const std::size_t at = area(group * n, width) + static_cast<std::size_t>(head * part);
      gemm(Transpose::No, Transpose::Yes, n, anchors, part, T(1), queries_.data() + at, width, keys, 2 * width, T(0),
           shares, anchors);
      kernels.softmax(shares, n, anchors, 1 / std::sqrt(static_cast<T>(part)));
      gemm(Transpose::No, Transpose::No, n, part, anchors, T(1), shares, anchors, keys + width, 2 * width, T(0),
           heads_.data() + at, width);
    }
  }
  out_.apply(p, heads_.data(), shape_.groups * n, h, true);
}

template <class T>
void RowAttention<T>::backward(const T* p, T* dh, T* gradient) {
  const int n = shape_.rows, anchors = shape_.anchors(), width = shape_.width, part = width / shape_.heads;
  const auto& kernels = pointKernels<T>();
  out_.back(p, heads_.data(), shape_.groups * n, dh, byHeads_.data(), false, gradient);
  for (int group = 0; group < shape_.groups; ++group) {
    const T* keysValues = keysValues_.data() + area(group * anchors, 2 * width);
    T* byKeysValues = byKeysValues_.data() + area(group * anchors, 2 * width);
    for (int head = 0; head < shape_.heads; ++head) {
      const T* shares = shares_.data() + area(group * shape_.heads + head, 1) * byScores_.size();
      const T* keys = keysValues + head * part;
      T* byKeys = byKeysValues + head * part;
      const std::size_t at = area(group * n, width) + static_cast<std::size_t>(head * part);
      gemm(Transpose::No, Transpose::Yes, n, anchors, part, T(1), byHeads_.data() + at, width, keys + width, 2 * width,
           T(0), byScores_.data(), anchors);
      gemm(Transpose::Yes, Transpose::No, anchors, part, n, T(1), shares, anchors, byHeads_.data() + at, width, T(0),
           byKeys + width, 2 * width);
      kernels.softmaxBackward(shares, byScores_.data(), n, anchors, 1 / std::sqrt(static_cast<T>(part)));
      gemm(Transpose::No, Transpose::No, n, part, anchors, T(1), byScores_.data(), anchors, keys, 2 * width, T(0),
           byQueries_.data() + at, width);
      gemm(Transpose::Yes, Transpose::No, anchors, part, n, T(1), byScores_.data(), anchors, queries_.data() + at,
           width, T(0), byKeys, 2 * width);
    }
  }
  T* byNorm = byHeads_.data();
  query_.back(p, norm_.out(), shape_.groups * n, byQueries_.data(), byNorm, false, gradient);
  for (int group = 0; group < shape_.groups; ++group)
    keyValue_.back(p, norm_.out() + area(group * n, width), anchors,
                   byKeysValues_.data() + area(group * anchors, 2 * width), byNorm + area(group * n, width), true,
                   gradient, width * shape_.stride);
  norm_.backward(p, byNorm, dh, gradient);
}

template struct RowLinear<float>;
template struct RowLinear<double>;
template class RowNorm<float>;
template class RowNorm<double>;
template class RowAttention<float>;
template class RowAttention<double>;

}  // namespace learnscope
