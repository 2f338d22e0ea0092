// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

/// Images that a pass works on side by side: the innermost axis of every buffer, so that all loops vectorise over it
/// whatever the size of the image.
inline constexpr int kImageLanes = 16;

/// Planes of pixels in lanes: value (plane, row, column, lane) stands at
/// plane * `plane` + row * `row` + column * `pixel` + lane. All strides are in floats and multiples of 16.
struct LaneGrid {
  int rows = 1, columns = 1;
  long plane = 0, row = 0, pixel = kImageLanes;
};

/// A linear map from input to output planes by shifted reads:
/// out[o](y, x) = init[o] + sum_k w[o][k] in[offsets[k]](y, x), k < taps. Convolutions with any stride, their
/// transposes, and dense layers (one pixel) are all of this form.
struct LaneMap {
  int outputs = 0, taps = 0;
  const int* offsets = nullptr;  ///< [taps], in floats from the input's pixel (0, 0)
  long inputRow = 0, inputPixel = kImageLanes;
  LaneGrid out;
};

/// The loops of small convolutional networks on images in lanes: built once for the baseline CPU and once for AVX2+FMA,
/// chosen once. Buffers are 64-byte aligned.
struct LaneKernels {
  /// Applies `map`. `packed` holds the weights in tiles of kLaneTile outputs, [tile][k][outputs of the tile]; `init` is
  /// [outputs][16] or null (zero); `accumulate` adds to what `out` holds.
  void (*apply)(const LaneMap& map, const float* packed, const float* init, bool accumulate, const float* in,
                float* out);
  /// weightGradient [outputs][taps] += sum over pixels and lanes of gradient[o](y, x) in[offsets[k]](y, x).
  void (*gradient)(const LaneMap& map, const float* in, const float* gradient, float* weightGradient);
  /// sums [planes][16] = sum over pixels.
  void (*sumPixels)(const LaneGrid& grid, int planes, const float* in, float* sums);
  /// Group normalisation (eps 1e-5), scale, shift and exact GELU in one pass: out = gelu(gamma xhat + beta). For a
  /// backward pass keeps xhat, the slope of gelu (planes as `in`) and 1/sd [groups][16]; all three null without one.
  void (*normGelu)(const LaneGrid& grid, int planes, int groups, const float* gamma, const float* beta, const float* in,
                   float* out, float* normalised, float* slope, float* inverseDeviation);
  /// Turns `gradient` at the output into the gradient at the input, in place; adds to gammaGradient, betaGradient
  /// [planes].
  void (*normGeluBackward)(const LaneGrid& grid, int planes, int groups, const float* gamma, const float* normalised,
                           const float* slope, const float* inverseDeviation, float* gradient, float* gammaGradient,
                           float* betaGradient);
  /// out = x Phi(x), slope = Phi(x) + x phi(x) (may be null), Phi to 2e-7.
  void (*gelu)(const float* in, float* out, float* slope, long count);
};

/// Outputs of one tile of packed weights; the last tile holds the rest.
inline constexpr int kLaneTile = 6;

/// The fastest set this CPU can run.
const LaneKernels& laneKernels();
/// The set every CPU can run; for tests.
const LaneKernels& baselineLaneKernels();

namespace avx2 {
/// Defined in lane_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
const LaneKernels& imageLaneKernels();
}  // namespace avx2

}  // namespace learnscope
