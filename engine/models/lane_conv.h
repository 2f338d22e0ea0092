// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/core/random_stream.h"
#include "engine/models/lane_kernels.h"

namespace learnscope {

/// One tensor of a flat parameter buffer and how it starts.
struct LaneParameter {
  enum class Start { Uniform, Zero, One };
  std::string name;
  int offset = 0, count = 0;
  Start start = Start::Uniform;
  int fanIn = 1;  ///< Uniform: U(-1/sqrt(fanIn), 1/sqrt(fanIn)), the default of PyTorch's layers
};

/// The tensors of a network in one flat buffer, in the order they were added.
class LaneParameters {
 public:
  int add(std::string name, int count, LaneParameter::Start start, int fanIn = 1);
  int count() const { return count_; }
  const std::vector<LaneParameter>& all() const { return all_; }
  /// Draws the start, times `scale` (ones of normalisations stay 1).
  void draw(RandomStream& random, double scale, float* values) const;

 private:
  std::vector<LaneParameter> all_;
  int count_ = 0;
};

enum class ConvKind {
  Point,          ///< 1x1; on vector grids a dense layer. Weights [out][in]
  Same3,          ///< 3x3, border of zeros. Weights [out][in][3][3]
  Halve3,         ///< 3x3, stride 2, border of zeros. Weights [out][in][3][3]
  Halve2,         ///< 2x2, stride 2. Weights [out][in][2][2]
  TransposeTwice  ///< transposed 2x2, stride 2. Weights [2][2][out][in]
};

struct ConvStart {
  bool zero = false;  ///< weights and bias start at 0
  bool bias = true;   ///< it has one
  int fanIn = 0;      ///< of the uniform start; 0: its own
};

/// A convolution on images in lanes whose weights live in a flat parameter buffer.
class LaneConv {
 public:
  LaneConv() = default;
  /// Adds its weight and bias to `parameters`.
  LaneConv(ConvKind kind, int inputs, int outputs, const LaneGrid& in, const LaneGrid& out, LaneParameters& parameters,
           const std::string& name, const ConvStart& start = {});

  int outputs() const { return outputs_; }
  /// Takes over the parameters' present values; needed before any pass.
  void use(const float* parameters);
  /// out = conv(in) + bias + shift [outputs][16] (or null); `accumulate` adds to what `out` holds.
  void forward(const float* in, float* out, bool accumulate = false, const float* shift = nullptr);
  /// in = transpose of the map, applied to the gradient at the output.
  void backward(const float* gradient, float* in, bool accumulate = false) const;
  /// Adds to the gradients of weight and bias.
  void gradients(const float* in, const float* gradient, float* parameterGradients);
  /// Sums of the gradient over pixels [outputs][16], of the last gradients().
  const float* pixelSums() const { return sums_.data(); }

 private:
  struct Part {
    LaneMap map;
    std::vector<int> offsets, index;  ///< index: parameter of each packed weight
    AlignedVector<float> packed;
    long inputStart = 0, outputStart = 0;
    int weights = 0;  ///< first parameter, where the part's weights are [outputs][taps]
  };
  using WeightOf = std::function<int(int output, int tap)>;
  static Part part(int outputs, std::vector<int> offsets, long inputRow, long inputPixel, const LaneGrid& out,
                   const WeightOf& weightOf);
  void buildForward(ConvKind kind, const LaneGrid& in, const LaneGrid& out);
  void buildBackward(ConvKind kind, const LaneGrid& in, const LaneGrid& out);
  void buildStridedBackward(const LaneGrid& in, const LaneGrid& out);

  int inputs_ = 0, outputs_ = 0, weight_ = 0, bias_ = -1;
  LaneGrid outGrid_;
  std::vector<Part> forward_, backward_;
  AlignedVector<float> biases_, start_, sums_;  ///< [outputs][16]
};

}  // namespace learnscope
