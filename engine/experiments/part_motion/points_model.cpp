// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/points_model.h"

#include <algorithm>

namespace learnscope::partmotion {

PointsModel::PointsModel(const PointMotionShape& shape) : net_(shape) {
  const std::size_t values = static_cast<std::size_t>(shape.points) * kCodeValues;
  for (auto* buffer : {&gaussians_, &byCodes_, &work_}) buffer->resize(values);
}

void PointsModel::forward(const float* weights, std::span<const ModelInput> inputs, const std::vector<bool>& felt) {
  const ModelInput& input = inputs.front();
  net_.forward(weights, input.gaussians.data(), input.drags.data(),
               static_cast<int>(input.drags.size() / PointMotion<float>::kDragValues), felt);
  decodeGaussians(net_.codes(), net_.shape().points, gaussians_.data());
  std::fill(byCodes_.begin(), byCodes_.end(), 0.0F);
}

std::span<const float> PointsModel::gate() const {
  if (net_.shape().head != MotionHead::Rigid) return {};
  return {net_.gate(), static_cast<std::size_t>(net_.shape().points)};
}

double PointsModel::motionLoss(int, std::span<const float> target, double weight) {
  const float* codes = net_.codes();
  const auto count = static_cast<double>(target.size());
  const auto slope = static_cast<float>(2 * weight / count);
  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const float difference = codes[i] - target[i];
    sum += static_cast<double>(difference) * static_cast<double>(difference);
    byCodes_[i] += slope * difference;
  }
  return sum / count;
}

void PointsModel::addGradient(int, std::span<const float> byGaussians) {
  decodeGradient(net_.codes(), gaussians_.data(), byGaussians.data(), net_.shape().points, work_.data());
  for (std::size_t i = 0; i < work_.size(); ++i) byCodes_[i] += work_[i];
}

}  // namespace learnscope::partmotion
