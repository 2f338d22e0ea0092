// SPDX-License-Identifier: GPL-3.0-or-later
// Products of a layer with its weights and their gradients: of dense layers, and of convolutions over the patches of a
// few images at a time, which stay in the cache.
#include <algorithm>

#include "engine/models/feed_forward.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope {
namespace {

constexpr int imagesAtOnce = 8;

std::size_t z(int value) { return static_cast<std::size_t>(value); }
std::size_t z(long value) { return static_cast<std::size_t>(value); }

/// Calls use(pixel, neighbour) for each of the 9 neighbours (row after row) of each pixel of an image; neighbour -1
/// lies outside.
template <class Use>
void overNeighbours(int side, const Use& use) {
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      for (int tap = 0; tap < 9; ++tap) {
        const int row = y + tap / 3 - 1, column = x + tap % 3 - 1;
        const bool inside = row >= 0 && row < side && column >= 0 && column < side;
        use((y * side + x) * 9 + tap, inside ? row * side + column : -1);
      }
}

}  // namespace

void FeedForwardPass::gatherPatches(int l, const float* in, int first, int count) {
  const FeedForwardLayer& layer = shape_.layer(l);
  const int channels = layer.channels, positions = layer.positions();
  // The net's own inputs come plane after plane, activities with their maps innermost.
  const std::size_t pixel = l == 0 ? 1 : z(channels), plane = l == 0 ? z(positions) : 1;
  patches_.resize(z(imagesAtOnce) * z(positions) * z(layer.inputs));
  for (int i = 0; i < count; ++i) {
    const float* image = in + z(first + i) * z(positions) * z(channels);
    float* patches = patches_.data() + z(i) * z(positions) * z(layer.inputs);
    overNeighbours(layer.side, [&](int place, int neighbour) {
      float* to = patches + z(place) * z(channels);
      const float* from = image + z(std::max(neighbour, 0)) * pixel;
      for (std::size_t c = 0; c < z(channels); ++c) to[c] = neighbour < 0 ? 0 : from[c * plane];
    });
  }
}

void FeedForwardPass::multiplied(const MatrixProduct& product) {
  const std::size_t floats = z(product.k) * z(productColumns);
  if (panel_.size() < floats) panel_.resize(floats);
  productKernel()(product, panel_.data());
}

void FeedForwardPass::multiplyWeights(int l, const float* theta, const float* in, int rows, float* to) {
  const FeedForwardLayer& layer = shape_.layer(l);
  multiplied({.m = rows,
              .n = layer.outputs,
              .k = layer.inputs,
              .a = in,
              .aRow = layer.inputs,
              .aStep = 1,
              .b = theta + layer.weights,
              .bStep = 1,
              .bColumn = layer.inputs,
              .c = to,
              .bias = layer.normalised ? nullptr : theta + layer.biases,
              .relu = !layer.normalised && !layer.last});
}

void FeedForwardPass::multiplyDeltas(int l, const float* theta, const float* deltas, int rows, float* to) {
  const FeedForwardLayer& layer = shape_.layer(l);
  multiplied({.m = rows,
              .n = layer.inputs,
              .k = layer.outputs,
              .a = deltas,
              .aRow = layer.outputs,
              .aStep = 1,
              .b = theta + layer.weights,
              .bStep = layer.inputs,
              .bColumn = 1,
              .c = to});
}

void FeedForwardPass::multiplyInputs(int l, const float* deltas, const float* in, int rows, bool add, float* to) {
  const FeedForwardLayer& layer = shape_.layer(l);
  multiplied({.m = layer.outputs,
              .n = layer.inputs,
              .k = rows,
              .a = deltas,
              .aRow = 1,
              .aStep = layer.outputs,
              .b = in,
              .bStep = layer.inputs,
              .bColumn = 1,
              .c = to,
              .add = add});
}

void FeedForwardPass::multiply(int l, const float* theta, const float* in) {
  const FeedForwardLayer& layer = shape_.layer(l);
  if (!layer.convolution()) return multiplyWeights(l, theta, in, rows_, product(l));
  for (int first = 0; first < rows_; first += imagesAtOnce) {
    const int count = std::min(imagesAtOnce, rows_ - first);
    gatherPatches(l, in, first, count);
    multiplyWeights(l, theta, patches_.data(), count * layer.positions(),
                    product(l) + z(first) * z(layer.positions()) * z(layer.outputs));
  }
}

// From the deltas of a layer's products to those of the activities it reads.
void FeedForwardPass::throughLayer(int l, const float* theta) {
  const FeedForwardLayer& layer = shape_.layer(l);
  float* to = kept(l - 1).delta.data();
  if (!layer.convolution()) return multiplyDeltas(l, theta, productDelta(l), rows_, to);
  const std::size_t channels = z(layer.channels), image = z(layer.positions()) * channels;
  std::fill_n(to, z(rows_) * image, 0.0F);
  patches_.resize(z(imagesAtOnce) * z(layer.positions()) * z(layer.inputs));
  for (int first = 0; first < rows_; first += imagesAtOnce) {
    const int count = std::min(imagesAtOnce, rows_ - first);
    multiplyDeltas(l, theta, productDelta(l) + z(first) * z(layer.positions()) * z(layer.outputs),
                   count * layer.positions(), patches_.data());
    for (int i = 0; i < count; ++i)
      overNeighbours(layer.side, [&](int place, int neighbour) {
        if (neighbour < 0) return;
        const float* from = patches_.data() + z(i) * z(layer.positions()) * z(layer.inputs) + z(place) * channels;
        float* at = to + z(first + i) * image + z(neighbour) * channels;
        for (std::size_t c = 0; c < channels; ++c) at[c] += from[c];
      });
  }
}

void FeedForwardPass::weightGradient(int l, const float* in, float* gradient) {
  const FeedForwardLayer& layer = shape_.layer(l);
  float* to = gradient + layer.weights;
  if (!layer.convolution()) return multiplyInputs(l, productDelta(l), in, rows_, false, to);
  for (int first = 0; first < rows_; first += imagesAtOnce) {
    const int count = std::min(imagesAtOnce, rows_ - first);
    gatherPatches(l, in, first, count);
    multiplyInputs(l, productDelta(l) + z(first) * z(layer.positions()) * z(layer.outputs), patches_.data(),
                   count * layer.positions(), first > 0, to);
  }
}

// A weight of a convolution acts at many places, so each sample's gradient is formed before its power.
void FeedForwardPass::convolutionImportance(int l, const float* in, Power power, float* importance) {
  const FeedForwardLayer& layer = shape_.layer(l);
  const MlpKernels& kernels = mlpKernels();
  const auto apply = power == Power::Square ? kernels.square : kernels.absolute;
  const long weights = static_cast<long>(layer.inputs) * layer.outputs;
  part_.resize(z(weights));
  std::fill_n(importance + layer.weights, z(weights), 0.0F);
  if (!layer.normalised) std::fill_n(importance + layer.biases, z(layer.outputs), 0.0F);
  for (int i = 0; i < rows_; ++i) {
    const float* delta = productDelta(l) + z(i) * z(layer.positions()) * z(layer.outputs);
    gatherPatches(l, in, i, 1);
    multiplyInputs(l, delta, patches_.data(), layer.positions(), false, part_.data());
    apply(part_.data(), weights);
    kernels.addScaled(importance + layer.weights, part_.data(), 1, weights);
    if (layer.normalised) continue;
    kernels.columnSums(delta, layer.positions(), layer.outputs, part_.data());
    apply(part_.data(), layer.outputs);
    kernels.addScaled(importance + layer.biases, part_.data(), 1, layer.outputs);
  }
}

}  // namespace learnscope
