// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/mlp.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/models/blas.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope {
namespace {

std::size_t z(int value) { return static_cast<std::size_t>(value); }
std::size_t onBoundary(std::size_t floats) { return (floats + 15) / 16 * 16; }

}  // namespace

MlpShape::MlpShape(std::vector<int> widths) : widths_(std::move(widths)) {
  if (widths_.size() < 2 || std::any_of(widths_.begin(), widths_.end(), [](int w) { return w < 1; }))
    throw std::invalid_argument("MlpShape: two or more positive widths");
  for (int l = 0; l < layers(); ++l) {
    weights_.push_back(size_);
    size_ += onBoundary(z(width(l)) * z(width(l + 1)));
    biases_.push_back(size_);
    size_ += onBoundary(z(width(l + 1)));
  }
}

std::size_t MlpShape::parameters() const {
  std::size_t count = 0;
  for (int l = 0; l < layers(); ++l) count += z(width(l) + 1) * z(width(l + 1));
  return count;
}

AlignedVector<float> MlpShape::initial(RandomStream random) const {
  AlignedVector<float> theta(size_, 0.0F);
  for (int l = 0; l < layers(); ++l) {
    const double bound = 1 / std::sqrt(static_cast<double>(width(l)));
    for (std::size_t i = 0; i < z(width(l)) * z(width(l + 1)); ++i)
      theta[weights(l) + i] = static_cast<float>(random.uniform(-bound, bound));
    for (std::size_t i = 0; i < z(width(l + 1)); ++i)
      theta[biases(l) + i] = static_cast<float>(random.uniform(-bound, bound));
  }
  return theta;
}

MlpPass::MlpPass(const MlpShape& shape, int rows) : shape_(shape), capacity_(rows) {
  activities_.emplace_back();
  deltas_.emplace_back();
  for (int l = 1; l <= shape_.layers(); ++l) {
    activities_.emplace_back(z(rows) * z(shape_.width(l)), 0.0F);
    deltas_.emplace_back(l < shape_.layers() ? z(rows) * z(shape_.width(l)) : 0, 0.0F);
  }
}

void MlpPass::forward(const float* theta, const float* x, int rows) {
  if (rows > capacity_) throw std::logic_error("MlpPass::forward: more rows than capacity");
  rows_ = rows;
  for (int l = 0; l < shape_.layers(); ++l) {
    const int in = shape_.width(l), out = shape_.width(l + 1);
    gemm(Transpose::No, Transpose::Yes, rows, out, in, 1.0F, l == 0 ? x : activity(l), in, theta + shape_.weights(l),
         in, 0.0F, activity(l + 1), out);
    mlpKernels().addBias(activity(l + 1), theta + shape_.biases(l), rows, out, l + 1 < shape_.layers());
  }
}

std::span<float> MlpPass::logits() { return {activity(shape_.layers()), z(rows_) * z(shape_.outputs())}; }

std::span<const float> MlpPass::hidden(int l) const {
  return {activities_[z(l)].data(), z(rows_) * z(shape_.width(l))};
}

// Deltas of the hidden layers from that of the logits.
void MlpPass::deltas(const float* theta) {
  for (int l = shape_.layers() - 1; l >= 1; --l) {
    const int width = shape_.width(l), next = shape_.width(l + 1);
    const float* from = l + 1 == shape_.layers() ? activity(l + 1) : deltas_[z(l + 1)].data();
    gemm(Transpose::No, Transpose::No, rows_, width, next, 1.0F, from, next, theta + shape_.weights(l), width, 0.0F,
         deltas_[z(l)].data(), width);
    mlpKernels().throughRelu(deltas_[z(l)].data(), activity(l), static_cast<long>(rows_) * width);
  }
}

void MlpPass::backward(const float* theta, const float* x, float* gradient) {
  deltas(theta);
  for (int l = 0; l < shape_.layers(); ++l) {
    const int in = shape_.width(l), out = shape_.width(l + 1);
    const float* delta = l + 1 == shape_.layers() ? activity(l + 1) : deltas_[z(l + 1)].data();
    gemm(Transpose::Yes, Transpose::No, out, in, rows_, 1.0F, delta, out, l == 0 ? x : activity(l), in, 0.0F,
         gradient + shape_.weights(l), in);
    mlpKernels().columnSums(delta, rows_, out, gradient + shape_.biases(l));
  }
}

void MlpPass::importance(const float* theta, const float* x, Power power, float* importance) {
  deltas(theta);
  const auto apply = power == Power::Square ? mlpKernels().square : mlpKernels().absolute;
  inputs_.assign(x, x + z(rows_) * z(shape_.inputs()));
  apply(inputs_.data(), static_cast<long>(inputs_.size()));
  for (int l = 1; l <= shape_.layers(); ++l) {
    const long count = static_cast<long>(rows_) * shape_.width(l);
    if (l < shape_.layers()) apply(deltas_[z(l)].data(), count);
    apply(activity(l), count);  // of the last layer: its delta
  }
  for (int l = 0; l < shape_.layers(); ++l) {
    const int in = shape_.width(l), out = shape_.width(l + 1);
    const float* delta = l + 1 == shape_.layers() ? activity(l + 1) : deltas_[z(l + 1)].data();
    gemm(Transpose::Yes, Transpose::No, out, in, rows_, 1.0F, delta, out, l == 0 ? inputs_.data() : activity(l), in,
         0.0F, importance + shape_.weights(l), in);
    mlpKernels().columnSums(delta, rows_, out, importance + shape_.biases(l));
  }
}

}  // namespace learnscope
