// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/models/denoiser.h"

namespace learnscope {

/// A denoiser of vectors in R^d: one hidden layer, eps = V gelu(U [x, t-embedding 32, c] + b) + b'. Its one block of
/// codes is the prompt's part of the hidden layer's input.
class ConditionalMlp final : public Denoiser {
 public:
  ConditionalMlp(int dimensions, int hidden, int prompt);

  const LaneParameters& parameters() const override { return parameters_; }
  void use(const float* parameters) override;
  int promptLength() const override { return prompt_; }
  std::vector<int> codeWidths() const override { return {hidden_}; }
  int planes() const override { return dimensions_; }
  const LaneGrid& grid() const override { return grid_; }
  float* input() override { return input_.data(); }
  const float* output() const override { return output_.data(); }
  float* outputGradient() override { return outputGradient_.data(); }
  void promptCodes(const float* prompts, PromptCodes& codes) override;
  void timeCodes(const float* times, PromptCodes& codes) override;
  void forward(const PromptCodes& codes, bool keep) override;
  void backward(float* parameterGradients) override;

 private:
  int dimensions_, hidden_, prompt_;
  LaneGrid grid_;
  LaneParameters parameters_;
  LaneConv sample_, time_, promptIn_, out_;
  AlignedVector<float> input_, output_, outputGradient_, prompts_, waves_, units_, slope_, gradient_;  ///< [.][16]
};

}  // namespace learnscope
