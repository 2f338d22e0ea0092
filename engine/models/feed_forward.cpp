// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/feed_forward.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/models/mlp_kernels.h"

namespace learnscope {
namespace {

constexpr float variancePadding = 1e-5F;  ///< PyTorch's eps

std::size_t z(int value) { return static_cast<std::size_t>(value); }
std::size_t onBoundary(std::size_t floats) { return (floats + 15) / 16 * 16; }

}  // namespace

void FeedForwardShape::add(FeedForwardLayer layer, int width) {
  const auto take = [this](std::size_t floats) {
    const std::size_t place = trainable_;
    trainable_ += onBoundary(floats);
    return place;
  };
  layer.weights = take(z(layer.inputs) * z(layer.outputs));
  layer.biases = take(z(layer.outputs));
  if (layer.normalised) layer.scales = take(z(layer.outputs));
  layers_.push_back(layer);
  widths_.push_back(width);
}

FeedForwardShape::FeedForwardShape(const FeedForwardPlan& plan) {
  const auto below = [](int value) { return value < 1; };
  if (plan.widths.size() < 2 || std::any_of(plan.widths.begin(), plan.widths.end(), below) ||
      std::any_of(plan.maps.begin(), plan.maps.end(), below))
    throw std::invalid_argument("FeedForwardShape: two or more positive widths");
  widths_ = {plan.widths.front()};
  int side = plan.side, channels = plan.channels;
  if (!plan.maps.empty() && (side < 1 || channels * side * side != inputs()))
    throw std::invalid_argument("FeedForwardShape: images that fill the inputs");
  for (const int maps : plan.maps) {
    if (side < 2) throw std::invalid_argument("FeedForwardShape: images of two or more pixels a side");
    const int half = side / 2;
    add({.inputs = 9 * channels, .outputs = maps, .side = side, .channels = channels, .normalised = plan.batchNorm},
        half * half * maps);
    side = half;
    channels = maps;
  }
  for (std::size_t i = 1; i < plan.widths.size(); ++i) {
    const bool last = i + 1 == plan.widths.size();
    add({.inputs = widths_.back(), .outputs = plan.widths[i], .last = last, .normalised = plan.batchNorm && !last},
        plan.widths[i]);
  }
  size_ = trainable_;
  for (FeedForwardLayer& layer : layers_) {
    if (!layer.normalised) continue;
    layer.means = size_;
    layer.variances = size_ + onBoundary(z(layer.outputs));
    size_ = layer.variances + onBoundary(z(layer.outputs));
  }
}

std::size_t FeedForwardShape::parameters() const {
  std::size_t count = 0;
  for (const FeedForwardLayer& layer : layers_)
    count += z(layer.inputs + (layer.normalised ? 2 : 1)) * z(layer.outputs);
  return count;
}

double FeedForwardShape::multiplications() const {
  double count = 0;
  for (const FeedForwardLayer& layer : layers_)
    count += static_cast<double>(layer.positions()) * layer.inputs * layer.outputs;
  return count;
}

AlignedVector<float> FeedForwardShape::initial(RandomStream random) const {
  AlignedVector<float> theta(size_, 0.0F);
  for (const FeedForwardLayer& layer : layers_) {
    const double bound = 1 / std::sqrt(static_cast<double>(layer.inputs));
    for (std::size_t i = 0; i < z(layer.inputs) * z(layer.outputs); ++i)
      theta[layer.weights + i] = static_cast<float>(random.uniform(-bound, bound));
    for (std::size_t i = 0; i < z(layer.outputs); ++i)
      if (layer.normalised)
        theta[layer.scales + i] = theta[layer.variances + i] = 1;
      else
        theta[layer.biases + i] = static_cast<float>(random.uniform(-bound, bound));
  }
  return theta;
}

FeedForwardPass::FeedForwardPass(const FeedForwardShape& shape, int rows)
    : shape_(shape), capacity_(rows), kept_(z(shape.layers())) {
  for (int l = 0; l < shape_.layers(); ++l) {
    const FeedForwardLayer& layer = shape_.layer(l);
    const std::size_t units = z(rows) * z(shape_.width(l + 1));
    const std::size_t products = z(rows) * z(layer.positions()) * z(layer.outputs);
    kept(l).activity.assign(units, 0.0F);
    if (!layer.last) kept(l).delta.assign(units, 0.0F);
    if (layer.convolution()) {
      kept(l).maps.assign(products, 0.0F);
      kept(l).mapDelta.assign(products, 0.0F);
      kept(l).chosen.assign(units, 0);
    }
    if (!layer.normalised) continue;
    kept(l).normal.assign(products, 0.0F);
    for (AlignedVector<float>* buffer : {&kept(l).mean, &kept(l).inverse, &kept(l).sums, &kept(l).productSums})
      buffer->assign(z(layer.outputs), 0.0F);
  }
}

void FeedForwardPass::forward(const float* theta, const float* x, int rows) { run(theta, nullptr, x, rows, 0); }

void FeedForwardPass::forwardInTraining(float* theta, const float* x, int rows, float share) {
  run(theta, theta, x, rows, share);
}

void FeedForwardPass::run(const float* theta, float* statistics, const float* x, int rows, float share) {
  if (rows > capacity_) throw std::logic_error("FeedForwardPass: more rows than capacity");
  rows_ = rows;
  batchStatistics_ = statistics != nullptr;
  for (int l = 0; l < shape_.layers(); ++l) {
    const FeedForwardLayer& layer = shape_.layer(l);
    multiply(l, theta, input(l, x));
    if (layer.normalised) normalise(l, theta, statistics, share);
    if (!layer.convolution()) continue;
    const std::size_t image = z(layer.positions()) * z(layer.outputs), pooled = z(shape_.width(l + 1));
    for (std::size_t i = 0; i < z(rows); ++i)
      mlpKernels().pool(kept(l).maps.data() + i * image, layer.side, layer.outputs,
                        kept(l).activity.data() + i * pooled, kept(l).chosen.data() + i * pooled);
  }
}

void FeedForwardPass::normalise(int l, const float* theta, float* statistics, float share) {
  const FeedForwardLayer& layer = shape_.layer(l);
  const auto count = static_cast<float>(products(l));
  Kept& of = kept(l);
  if (statistics) {
    mlpKernels().columnMoments(product(l), products(l), layer.outputs, of.mean.data(), of.inverse.data());
    const float unbiased = count / std::max(1.0F, count - 1);
    for (std::size_t j = 0; j < of.mean.size(); ++j) {
      float &mean = statistics[layer.means + j], &variance = statistics[layer.variances + j];
      mean += share * (of.mean[j] - mean);
      variance += share * (unbiased * of.inverse[j] - variance);
    }
  } else {
    std::copy_n(theta + layer.means, of.mean.size(), of.mean.begin());
    std::copy_n(theta + layer.variances, of.inverse.size(), of.inverse.begin());
  }
  for (float& value : of.inverse) value = 1 / std::sqrt(value + variancePadding);
  mlpKernels().normalise(product(l), of.normal.data(), of.mean.data(), of.inverse.data(), theta + layer.scales,
                         theta + layer.biases, products(l), layer.outputs);
}

std::span<float> FeedForwardPass::logits() { return {kept_.back().activity.data(), z(rows_) * z(shape_.outputs())}; }

std::span<const float> FeedForwardPass::hidden(int l) const {
  return {kept_[z(l - 1)].activity.data(), z(rows_) * z(shape_.width(l))};
}

float* FeedForwardPass::productDelta(int l) {
  if (shape_.layer(l).last) return kept(l).activity.data();
  return shape_.layer(l).convolution() ? kept(l).mapDelta.data() : kept(l).delta.data();
}

// From the deltas of a layer's activities to those of its products; of a normalised layer also the gradients (or the
// importances) of scales and shifts.
void FeedForwardPass::throughActivation(int l, const float* theta, float* gradient, const Power* perSample) {
  const FeedForwardLayer& layer = shape_.layer(l);
  const MlpKernels& kernels = mlpKernels();
  Kept& of = kept(l);
  if (layer.convolution()) {
    const std::size_t image = z(layer.positions()) * z(layer.outputs), pooled = z(shape_.width(l + 1));
    std::fill_n(of.mapDelta.begin(), z(rows_) * image, 0.0F);
    for (std::size_t i = 0; i < z(rows_); ++i)
      kernels.unpool(of.delta.data() + i * pooled, of.chosen.data() + i * pooled, layer.side, layer.outputs,
                     of.mapDelta.data() + i * image);
  }
  float* delta = productDelta(l);
  kernels.throughRelu(delta, product(l), products(l) * layer.outputs);
  if (!layer.normalised) return;
  // One block of rows: all of them, or a sample's.
  const long block = perSample ? layer.positions() : products(l);
  float *shifts = gradient + layer.biases, *scales = gradient + layer.scales;
  std::fill_n(shifts, z(layer.outputs), 0.0F);
  std::fill_n(scales, z(layer.outputs), 0.0F);
  for (long first = 0; first < products(l); first += block) {
    const float *from = delta + first * layer.outputs, *normal = of.normal.data() + first * layer.outputs;
    kernels.columnSums(from, block, layer.outputs, of.sums.data());
    kernels.columnProducts(from, normal, block, layer.outputs, of.productSums.data());
    if (perSample)
      for (AlignedVector<float>* sums : {&of.sums, &of.productSums})
        (*perSample == Power::Square ? kernels.square : kernels.absolute)(sums->data(), layer.outputs);
    kernels.addScaled(shifts, of.sums.data(), 1, layer.outputs);
    kernels.addScaled(scales, of.productSums.data(), 1, layer.outputs);
  }
  kernels.throughNorm(delta, of.normal.data(), theta + layer.scales, of.inverse.data(),
                      batchStatistics_ ? of.sums.data() : nullptr, of.productSums.data(), products(l), layer.outputs);
}

void FeedForwardPass::deltas(const float* theta, float* gradient, const Power* perSample) {
  for (int l = shape_.layers() - 1; l >= 0; --l) {
    if (!shape_.layer(l).last) throughActivation(l, theta, gradient, perSample);
    if (l > 0) throughLayer(l, theta);
  }
}

void FeedForwardPass::backward(const float* theta, const float* x, float* gradient) {
  deltas(theta, gradient, nullptr);
  for (int l = 0; l < shape_.layers(); ++l) {
    const FeedForwardLayer& layer = shape_.layer(l);
    weightGradient(l, input(l, x), gradient);
    if (!layer.normalised)
      mlpKernels().columnSums(productDelta(l), products(l), layer.outputs, gradient + layer.biases);
  }
}

void FeedForwardPass::importance(const float* theta, const float* x, Power power, float* importance) {
  if (shape_.normalised() && batchStatistics_)
    throw std::logic_error("FeedForwardPass::importance: a sample has no gradient of its own in a normalised batch");
  deltas(theta, importance, &power);
  int first = 0;
  for (; shape_.layer(first).convolution(); ++first) convolutionImportance(first, input(first, x), power, importance);
  const auto apply = power == Power::Square ? mlpKernels().square : mlpKernels().absolute;
  const float* in = input(first, x);
  inputs_.assign(in, in + z(rows_) * z(shape_.width(first)));
  apply(inputs_.data(), static_cast<long>(inputs_.size()));
  for (int l = first; l < shape_.layers(); ++l) {
    const long count = static_cast<long>(rows_) * shape_.width(l + 1);
    if (!shape_.layer(l).last) apply(productDelta(l), count);
    apply(kept(l).activity.data(), count);  // of the last layer: its delta
  }
  for (int l = first; l < shape_.layers(); ++l) {
    const FeedForwardLayer& layer = shape_.layer(l);
    weightGradient(l, l == first ? inputs_.data() : input(l, x), importance);
    if (!layer.normalised) mlpKernels().columnSums(productDelta(l), rows_, layer.outputs, importance + layer.biases);
  }
}

}  // namespace learnscope
