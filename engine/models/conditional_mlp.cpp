// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/conditional_mlp.h"

#include <algorithm>

#include "engine/models/lane_planes.h"

namespace learnscope {

ConditionalMlp::ConditionalMlp(int dimensions, int hidden, int prompt)
    : dimensions_(dimensions), hidden_(hidden), prompt_(prompt), grid_(vectorGrid()) {
  // One dense layer on the joined input, kept as three: their fan-in is that of the whole.
  const int fan = dimensions + kTimeWaves + prompt;
  sample_ = LaneConv(ConvKind::Point, dimensions, hidden, grid_, grid_, parameters_, "sample", {.fanIn = fan});
  time_ =
      LaneConv(ConvKind::Point, kTimeWaves, hidden, grid_, grid_, parameters_, "time", {.bias = false, .fanIn = fan});
  promptIn_ =
      LaneConv(ConvKind::Point, prompt, hidden, grid_, grid_, parameters_, "prompt", {.bias = false, .fanIn = fan});
  out_ = LaneConv(ConvKind::Point, hidden, dimensions, grid_, grid_, parameters_, "out");
  const auto lanes = [](int n) { return static_cast<std::size_t>(n) * kImageLanes; };
  for (auto* values : {&input_, &output_, &outputGradient_}) values->assign(lanes(dimensions), 0.0f);
  for (auto* values : {&units_, &slope_, &gradient_}) values->assign(lanes(hidden), 0.0f);
  prompts_.assign(lanes(prompt), 0.0f);
  waves_.assign(lanes(kTimeWaves), 0.0f);
}

void ConditionalMlp::use(const float* parameters) {
  for (LaneConv* conv : {&sample_, &time_, &promptIn_, &out_}) conv->use(parameters);
}

void ConditionalMlp::promptCodes(const float* prompts, PromptCodes& codes) {
  codes.resize(units_.size());
  std::copy_n(prompts, prompts_.size(), prompts_.begin());
  promptIn_.forward(prompts_.data(), codes.data());
}

void ConditionalMlp::timeCodes(const float* times, PromptCodes& codes) {
  codes.resize(units_.size());
  timeWaves(times, waves_.data());
  time_.forward(waves_.data(), codes.data());
}

void ConditionalMlp::forward(const PromptCodes& codes, bool keep) {
  sample_.forward(input_.data(), units_.data(), false, codes.data());
  laneKernels().gelu(units_.data(), units_.data(), keep ? slope_.data() : nullptr, static_cast<long>(units_.size()));
  out_.forward(units_.data(), output_.data());
}

void ConditionalMlp::backward(float* g) {
  out_.gradients(units_.data(), outputGradient_.data(), g);
  out_.backward(outputGradient_.data(), gradient_.data());
  for (std::size_t i = 0; i < gradient_.size(); ++i) gradient_[i] *= slope_[i];
  sample_.gradients(input_.data(), gradient_.data(), g);
  time_.gradients(waves_.data(), gradient_.data(), g);
  promptIn_.gradients(prompts_.data(), gradient_.data(), g);
}

}  // namespace learnscope
