// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/lane_blocks.h"

namespace learnscope {

void copyPlanes(const LaneGrid& grid, int planes, const float* from, float* to) {
  for (int c = 0; c < planes; ++c)
    for (int y = 0; y < grid.rows; ++y)
      std::copy_n(from + c * grid.plane + y * grid.row, grid.columns * kImageLanes, to + c * grid.plane + y * grid.row);
}

void addPlanes(const LaneGrid& grid, int planes, const float* from, float* to) {
  for (int c = 0; c < planes; ++c)
    for (int y = 0; y < grid.rows; ++y) {
      const float* a = from + c * grid.plane + y * grid.row;
      float* b = to + c * grid.plane + y * grid.row;
      for (int i = 0; i < grid.columns * kImageLanes; ++i) b[i] += a[i];
    }
}

LaneNorm::LaneNorm(LaneParameters& parameters, const std::string& name, int planes, int size)
    : gamma_(parameters.add(name + ".weight", planes, LaneParameter::Start::One)),
      beta_(parameters.add(name + ".bias", planes, LaneParameter::Start::Zero)),
      planes_(planes),
      inverseDeviation_(static_cast<std::size_t>(kNormGroups) * kImageLanes, 0.0f) {
  out_ = normalised_ = slope_ = LanePlanes(planes, size);
}

void LaneNorm::forward(const float* parameters, const float* in, bool keep) {
  laneKernels().normGelu(out_.grid(), planes_, kNormGroups, parameters + gamma_, parameters + beta_, in, out_.plane(0),
                         keep ? normalised_.plane(0) : nullptr, keep ? slope_.plane(0) : nullptr,
                         keep ? inverseDeviation_.data() : nullptr);
}

void LaneNorm::backward(const float* parameters, float* gradient, float* parameterGradients) const {
  laneKernels().normGeluBackward(out_.grid(), planes_, kNormGroups, parameters + gamma_, normalised_.plane(0),
                                 slope_.plane(0), inverseDeviation_.data(), gradient, parameterGradients + gamma_,
                                 parameterGradients + beta_);
}

LaneResidual::LaneResidual(LaneParameters& parameters, const std::string& name, int in, int out, int size,
                           const std::function<void()>& between)
    : outputs_(out), projects_(in != out) {
  const LaneGrid grid = paddedGrid(size);
  norm1_ = LaneNorm(parameters, name + ".norm1", in, size);
  conv1_ = LaneConv(ConvKind::Same3, in, out, grid, grid, parameters, name + ".conv1");
  if (between) between();
  norm2_ = LaneNorm(parameters, name + ".norm2", out, size);
  conv2_ = LaneConv(ConvKind::Same3, out, out, grid, grid, parameters, name + ".conv2", {.zero = true});
  if (projects_) skip_ = LaneConv(ConvKind::Point, in, out, grid, grid, parameters, name + ".skip");
  middle_ = gradient_ = LanePlanes(out, size);
}

void LaneResidual::use(const float* parameters) {
  values_ = parameters;
  conv1_.use(parameters);
  conv2_.use(parameters);
  if (projects_) skip_.use(parameters);
}

void LaneResidual::forward(const float* in, float* out, const float* shift, bool keep) {
  norm1_.forward(values_, in, keep);
  conv1_.forward(norm1_.out(), middle_.plane(0), false, shift);
  norm2_.forward(values_, middle_.plane(0), keep);
  if (projects_)
    skip_.forward(in, out);
  else
    copyPlanes(middle_.grid(), outputs_, in, out);
  conv2_.forward(norm2_.out(), out, true);
}

void LaneResidual::backward(const float* in, const float* gradient, float* inGradient, float* parameterGradients) {
  float* inner = gradient_.plane(0);
  conv2_.gradients(norm2_.out(), gradient, parameterGradients);
  conv2_.backward(gradient, inner);
  norm2_.backward(values_, inner, parameterGradients);
  conv1_.gradients(norm1_.out(), inner, parameterGradients);
  conv1_.backward(inner, inGradient);
  norm1_.backward(values_, inGradient, parameterGradients);
  if (projects_) {
    skip_.gradients(in, gradient, parameterGradients);
    skip_.backward(gradient, inGradient, true);
  } else {
    addPlanes(middle_.grid(), outputs_, gradient, inGradient);
  }
}

}  // namespace learnscope
