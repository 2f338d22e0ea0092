// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experiments/part_motion/model.h"
#include "engine/models/point_motion.h"

namespace learnscope::partmotion {

/// The network on points, one object a pass; its motion loss is the mean squared error of codes.
class PointsModel final : public Model {
 public:
  explicit PointsModel(const PointMotionShape& shape);

  const LaneParameters& parameters() const override { return net_.parameters(); }
  void draw(RandomStream& random, float* weights) const override { net_.draw(random, weights); }
  int objects() const override { return 1; }
  bool material() const override { return true; }
  bool writesAnew() const override { return net_.shape().head == MotionHead::Full; }
  void forward(const float* weights, std::span<const ModelInput> inputs, const std::vector<bool>& felt) override;
  std::span<const float> gaussians(int) const override { return gaussians_; }
  std::span<const float> gate() const override;
  std::span<const float> codes(int) const override { return {net_.codes(), gaussians_.size()}; }
  double motionLoss(int object, std::span<const float> target, double weight) override;
  void addGradient(int object, std::span<const float> byGaussians) override;
  void backward(float* gradient) override { net_.backward(byCodes_.data(), gradient); }

 private:
  PointMotion<float> net_;
  AlignedVector<float> gaussians_, byCodes_, work_;
};

}  // namespace learnscope::partmotion
