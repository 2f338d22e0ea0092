// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experiments/part_motion/model.h"
#include "engine/models/splatter_unet.h"
#include "engine/splats/differentiable.h"

namespace learnscope::partmotion {

inline constexpr int kSplatterGaussians = SplatterUNet::kViews * SplatterUNet::kOutSize * SplatterUNet::kOutSize;
/// Views that the network sees.
inline constexpr std::array<int, SplatterUNet::kViews> kSplatterViews{0, 2, 4, 6};

/// The network from pictures to pixel-aligned Gaussians: draws the object from four sides, 32 x 32, and writes one
/// Gaussian a pixel of 16 x 16 a view, on the pixel's ray: x = eye + d (2.4 + 1.1 tanh a) + 0.1 (tanh b, tanh c) across
/// it, opacity a sigmoid, scales 0.1 softplus, colours (tanh + 1) / 2. Its motion loss is ten times the mean squared
/// error of the activated numbers.
class SplatterModel final : public Model {
 public:
  SplatterModel();

  const LaneParameters& parameters() const override { return net_.parameters(); }
  void draw(RandomStream& random, float* weights) const override { net_.parameters().draw(random, 1, weights); }
  int objects() const override { return SplatterUNet::kObjects; }
  bool material() const override { return false; }
  bool writesAnew() const override { return true; }
  void forward(const float* weights, std::span<const ModelInput> inputs, const std::vector<bool>& felt) override;
  std::span<const float> gaussians(int object) const override { return gaussians_[static_cast<std::size_t>(object)]; }
  std::span<const float> codes(int object) const override { return gaussians(object); }
  std::vector<float> dragMaps(int object) const override;
  double motionLoss(int object, std::span<const float> target, double weight) override;
  void addGradient(int object, std::span<const float> byGaussians) override;
  void backward(float* gradient) override;

 private:
  void look(int lane, std::span<const float> gaussians, int view);
  std::vector<PictureDrag> seenDrags(std::span<const ModelInput> inputs) const;
  void activate(int object);

  SplatterUNet net_;
  splats::DifferentiableRasteriser<float> rasteriser_;
  std::vector<float> picture_;
  int present_ = 0;  ///< objects of the last forward()
  std::array<AlignedVector<float>, SplatterUNet::kObjects> gaussians_, byGaussians_;
};

}  // namespace learnscope::partmotion
