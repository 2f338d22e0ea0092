// SPDX-License-Identifier: GPL-3.0-or-later
// Products of a layer with its weights and their gradients: of dense layers, and of convolutions over the patches of a
// few images at a time, which stay in the cache.
#include <algorithm>

#include "engine/models/blas.h"
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

void FeedForwardPass::multiply(int l, const float* theta, const float* in) {
  const FeedForwardLayer& layer = shape_.layer(l);
  const float* weights = theta + layer.weights;
  if (!layer.convolution())
    return gemm(Transpose::No, Transpose::Yes, rows_, layer.outputs, layer.inputs, 1.0F, in, layer.inputs, weights,
                layer.inputs, 0.0F, product(l), layer.outputs);
  for (int first = 0; first < rows_; first += imagesAtOnce) {
    const int count = std::min(imagesAtOnce, rows_ - first), rows = count * layer.positions();
    gatherPatches(l, in, first, count);
    gemm(Transpose::No, Transpose::Yes, rows, layer.outputs, layer.inputs, 1.0F, patches_.data(), layer.inputs, weights,
         layer.inputs, 0.0F, product(l) + z(first) * z(layer.positions()) * z(layer.outputs), layer.outputs);
  }
}

// From the deltas of a layer's products to those of the activities it reads.
void FeedForwardPass::throughLayer(int l, const float* theta) {
  const FeedForwardLayer& layer = shape_.layer(l);
  const float* weights = theta + layer.weights;
  float* to = kept(l - 1).delta.data();
  if (!layer.convolution())
    return gemm(Transpose::No, Transpose::No, rows_, layer.inputs, layer.outputs, 1.0F, productDelta(l), layer.outputs,
                weights, layer.inputs, 0.0F, to, layer.inputs);
  const std::size_t channels = z(layer.channels), image = z(layer.positions()) * channels;
  std::fill_n(to, z(rows_) * image, 0.0F);
  patches_.resize(z(imagesAtOnce) * z(layer.positions()) * z(layer.inputs));
  for (int first = 0; first < rows_; first += imagesAtOnce) {
    const int count = std::min(imagesAtOnce, rows_ - first), rows = count * layer.positions();
    gemm(Transpose::No, Transpose::No, rows, layer.inputs, layer.outputs, 1.0F,
         productDelta(l) + z(first) * z(layer.positions()) * z(layer.outputs), layer.outputs, weights, layer.inputs,
         0.0F, patches_.data(), layer.inputs);
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
  if (!layer.convolution())
    return gemm(Transpose::Yes, Transpose::No, layer.outputs, layer.inputs, rows_, 1.0F, productDelta(l), layer.outputs,
                in, layer.inputs, 0.0F, to, layer.inputs);
  for (int first = 0; first < rows_; first += imagesAtOnce) {
    const int count = std::min(imagesAtOnce, rows_ - first), rows = count * layer.positions();
    gatherPatches(l, in, first, count);
    gemm(Transpose::Yes, Transpose::No, layer.outputs, layer.inputs, rows, 1.0F,
         productDelta(l) + z(first) * z(layer.positions()) * z(layer.outputs), layer.outputs, patches_.data(),
         layer.inputs, first == 0 ? 0.0F : 1.0F, to, layer.inputs);
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
    gemm(Transpose::Yes, Transpose::No, layer.outputs, layer.inputs, layer.positions(), 1.0F, delta, layer.outputs,
         patches_.data(), layer.inputs, 0.0F, part_.data(), layer.inputs);
    apply(part_.data(), weights);
    kernels.addScaled(importance + layer.weights, part_.data(), 1, weights);
    if (layer.normalised) continue;
    kernels.columnSums(delta, layer.positions(), layer.outputs, part_.data());
    apply(part_.data(), layer.outputs);
    kernels.addScaled(importance + layer.biases, part_.data(), 1, layer.outputs);
  }
}

}  // namespace learnscope
