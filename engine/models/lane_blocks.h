// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "engine/models/lane_conv.h"
#include "engine/models/lane_planes.h"

namespace learnscope {

inline constexpr int kNormGroups = 4;

void copyPlanes(const LaneGrid& grid, int planes, const float* from, float* to);
void addPlanes(const LaneGrid& grid, int planes, const float* from, float* to);

/// gelu(group normalisation), with what its backward pass needs.
class LaneNorm {
 public:
  LaneNorm() = default;
  LaneNorm(LaneParameters& parameters, const std::string& name, int planes, int size);
  void forward(const float* parameters, const float* in, bool keep);
  const float* out() const { return out_.plane(0); }
  /// From the gradient at out() to that at the input, in place.
  void backward(const float* parameters, float* gradient, float* parameterGradients) const;

 private:
  int gamma_ = 0, beta_ = 0, planes_ = 0;
  LanePlanes out_, normalised_, slope_;
  AlignedVector<float> inverseDeviation_;
};

/// out = skip(x) + conv3(gelu(norm(conv3(gelu(norm(x))) + shift))); the last convolution starts at 0, the skip is a 1x1
/// convolution where the planes change and the identity elsewhere.
class LaneResidual {
 public:
  LaneResidual() = default;
  /// `between` is called between the tensors of the two halves: what a network adds to its parameters there.
  LaneResidual(LaneParameters& parameters, const std::string& name, int in, int out, int size,
               const std::function<void()>& between = {});

  void use(const float* parameters);
  /// `shift` [out][16] or null.
  void forward(const float* in, float* out, const float* shift, bool keep);
  /// `inGradient` gets the gradient at the input in place of what it held.
  void backward(const float* in, const float* gradient, float* inGradient, float* parameterGradients);
  /// Gradient at the shift [out][16], of the last backward().
  const float* shiftGradient() const { return conv1_.pixelSums(); }

 private:
  int outputs_ = 0;
  bool projects_ = false;
  const float* values_ = nullptr;
  LaneNorm norm1_, norm2_;
  LaneConv conv1_, conv2_, skip_;
  LanePlanes middle_, gradient_;
};

}  // namespace learnscope
