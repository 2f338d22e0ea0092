// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/models/denoiser.h"
#include "engine/models/lane_blocks.h"

namespace learnscope {

struct UNetShape {
  int size = 16;   ///< image side, a multiple of 4
  int prompt = 4;  ///< numbers of the prompt
  bool operator==(const UNetShape&) const = default;
};

/// A small conditional U-Net on 3 x S x S images (64 787 parameters with 4 prompt numbers), on 16 images side by side:
/// Res(ci -> co) = skip(x) + conv3(gelu(norm(conv3(gelu(norm(x))) + T(t) + P(c)))), norms over 4 groups, P an MLP of
/// each block's own; channels 12 - 24 - 24 down by 2x2 convolutions and up by transposed ones with concatenated skips.
/// Output = input + predicted rest, last convolutions start at 0 (the concept-space page, "Model and training").
/// All buffers are owned: a pass allocates nothing.
class ConditionalUNet final : public Denoiser {
 public:
  explicit ConditionalUNet(const UNetShape& shape);

  const UNetShape& shape() const { return shape_; }
  const LaneParameters& parameters() const override { return parameters_; }
  void use(const float* parameters) override;
  int promptLength() const override { return shape_.prompt; }
  std::vector<int> codeWidths() const override { return {kWidths.begin(), kWidths.end()}; }
  int planes() const override { return 3; }
  const LaneGrid& grid() const override { return input_.grid(); }
  float* input() override { return input_.plane(0); }
  const float* output() const override { return output_.plane(0); }
  float* outputGradient() override { return outputGradient_.plane(0); }
  void promptCodes(const float* prompts, PromptCodes& codes) override;
  void timeCodes(const float* times, PromptCodes& codes) override;
  void forward(const PromptCodes& codes, bool keep) override;
  void backward(float* parameterGradients) override;

 private:
  static constexpr std::array<int, 5> kWidths{12, 24, 24, 24, 12};
  static constexpr int kCodes = 96;
  struct Block {
    LaneResidual residual;
    LaneConv time, prompt1, prompt2;
    AlignedVector<float> hidden, hiddenSlope, code, codeSlope, work;  ///< of P, [co][16]
    int firstCode = 0;
  };

  Block makeBlock(int in, int out, int size, int index);
  void blockForward(Block& block, const float* in, float* out, const PromptCodes& codes, bool keep);
  void blockBackward(Block& block, const float* in, const float* gradient, float* inGradient,
                     float* parameterGradients);
  void embeddingBackward(float* parameterGradients);
  template <class F>
  void eachConv(F&& f);

  UNetShape shape_;
  LaneParameters parameters_;
  const float* values_ = nullptr;
  LaneConv timeIn_, timeHidden_, convIn_, down1_, down2_, up2_, up1_, convOut_;
  std::array<Block, kWidths.size()> blocks_;
  LaneNorm normOut_;
  LanePlanes input_, output_, outputGradient_;
  LanePlanes a0_, cat1_, a1_, cat2_, a2_, a3_, a4_, a5_;                           ///< activations on the way
  LanePlanes da0_, dcat1_, da1_, dcat2_, da2_, da3_, da4_, da5_;                   ///< their gradients
  AlignedVector<float> prompts_, waves_;                                           ///< [prompt][16], [32][16]
  AlignedVector<float> time1_, time1Slope_, time2_, time2Slope_, dtime_, dtime1_;  ///< [64][16]
  PromptCodes codeGradient_;
};

}  // namespace learnscope
