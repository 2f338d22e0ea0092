// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/conditional_unet.h"

#include <cmath>

namespace learnscope {
namespace {

constexpr int kNarrow = 12, kWide = 24, kTime = 64;

std::size_t lanes(int planes) { return static_cast<std::size_t>(planes) * kImageLanes; }

void multiply(const AlignedVector<float>& by, AlignedVector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= by[i];
}

void geluOf(AlignedVector<float>& values, AlignedVector<float>& slope) {
  laneKernels().gelu(values.data(), values.data(), slope.data(), static_cast<long>(values.size()));
}

}  // namespace

void timeWaves(const float* times, float* waves) {
  for (int i = 0; i < kTimeWaves / 2; ++i) {
    const float frequency = 1000.0f * std::pow(10000.0f, -static_cast<float>(i) / 16.0f);
    for (int l = 0; l < kImageLanes; ++l) {
      waves[i * kImageLanes + l] = std::sin(frequency * times[l]);
      waves[(i + kTimeWaves / 2) * kImageLanes + l] = std::cos(frequency * times[l]);
    }
  }
}

ConditionalUNet::ConditionalUNet(const UNetShape& shape) : shape_(shape) {
  const int s = shape.size;
  const LaneGrid full = paddedGrid(s), half = paddedGrid(s / 2), quarter = paddedGrid(s / 4), flat = vectorGrid();
  timeIn_ = LaneConv(ConvKind::Point, kTimeWaves, kTime, flat, flat, parameters_, "time.in");
  timeHidden_ = LaneConv(ConvKind::Point, kTime, kTime, flat, flat, parameters_, "time.hidden");
  convIn_ = LaneConv(ConvKind::Same3, 3, kNarrow, full, full, parameters_, "in");
  blocks_[0] = makeBlock(kNarrow, kNarrow, s, 0);
  down1_ = LaneConv(ConvKind::Halve2, kNarrow, kNarrow, full, half, parameters_, "down1");
  blocks_[1] = makeBlock(kNarrow, kWide, s / 2, 1);
  down2_ = LaneConv(ConvKind::Halve2, kWide, kWide, half, quarter, parameters_, "down2");
  blocks_[2] = makeBlock(kWide, kWide, s / 4, 2);
  up2_ = LaneConv(ConvKind::TransposeTwice, kWide, kWide, quarter, half, parameters_, "up2");
  blocks_[3] = makeBlock(2 * kWide, kWide, s / 2, 3);
  up1_ = LaneConv(ConvKind::TransposeTwice, kWide, kNarrow, half, full, parameters_, "up1");
  blocks_[4] = makeBlock(2 * kNarrow, kNarrow, s, 4);
  normOut_ = LaneNorm(parameters_, "out.norm", kNarrow, s);
  convOut_ = LaneConv(ConvKind::Same3, kNarrow, 3, full, full, parameters_, "out", {.zero = true});

  for (LanePlanes* planes : {&input_, &output_, &outputGradient_}) *planes = LanePlanes(3, s);
  for (LanePlanes* planes : {&a0_, &da0_, &a5_, &da5_}) *planes = LanePlanes(kNarrow, s);
  for (LanePlanes* planes : {&cat1_, &dcat1_}) *planes = LanePlanes(2 * kNarrow, s);
  for (LanePlanes* planes : {&a1_, &da1_}) *planes = LanePlanes(kNarrow, s / 2);
  for (LanePlanes* planes : {&cat2_, &dcat2_}) *planes = LanePlanes(2 * kWide, s / 2);
  for (LanePlanes* planes : {&a4_, &da4_}) *planes = LanePlanes(kWide, s / 2);
  for (LanePlanes* planes : {&a2_, &da2_, &a3_, &da3_}) *planes = LanePlanes(kWide, s / 4);
  prompts_.assign(lanes(shape.prompt), 0.0f);
  waves_.assign(lanes(kTimeWaves), 0.0f);
  for (auto* values : {&time1_, &time1Slope_, &time2_, &time2Slope_, &dtime_, &dtime1_})
    values->assign(lanes(kTime), 0.0f);
  codeGradient_.assign(lanes(kCodes), 0.0f);
}

ConditionalUNet::Block ConditionalUNet::makeBlock(int in, int out, int size, int index) {
  const std::string name = "block" + std::to_string(index + 1);
  const LaneGrid flat = vectorGrid();
  Block block;
  block.residual = LaneResidual(parameters_, name, in, out, size, [&] {
    block.time = LaneConv(ConvKind::Point, kTime, out, flat, flat, parameters_, name + ".time");
    block.prompt1 = LaneConv(ConvKind::Point, shape_.prompt, out, flat, flat, parameters_, name + ".prompt1");
    block.prompt2 = LaneConv(ConvKind::Point, out, out, flat, flat, parameters_, name + ".prompt2");
  });
  for (auto* values : {&block.hidden, &block.hiddenSlope, &block.code, &block.codeSlope, &block.work})
    values->assign(lanes(out), 0.0f);
  for (int i = 0; i < index; ++i) block.firstCode += kWidths[static_cast<std::size_t>(i)];
  return block;
}

template <class F>
void ConditionalUNet::eachConv(F&& f) {
  for (LaneConv* conv : {&timeIn_, &timeHidden_, &convIn_, &down1_, &down2_, &up2_, &up1_, &convOut_}) f(*conv);
  for (Block& block : blocks_)
    for (LaneConv* conv : {&block.time, &block.prompt1, &block.prompt2}) f(*conv);
}

void ConditionalUNet::use(const float* parameters) {
  values_ = parameters;
  eachConv([&](LaneConv& conv) { conv.use(parameters); });
  for (Block& block : blocks_) block.residual.use(parameters);
}

void ConditionalUNet::promptCodes(const float* prompts, PromptCodes& codes) {
  codes.resize(lanes(kCodes));
  std::copy_n(prompts, prompts_.size(), prompts_.begin());
  for (Block& block : blocks_) {
    block.prompt1.forward(prompts_.data(), block.hidden.data());
    geluOf(block.hidden, block.hiddenSlope);
    block.prompt2.forward(block.hidden.data(), block.code.data());
    geluOf(block.code, block.codeSlope);
    std::copy(block.code.begin(), block.code.end(),
              codes.begin() + static_cast<std::ptrdiff_t>(lanes(block.firstCode)));
  }
}

void ConditionalUNet::timeCodes(const float* times, PromptCodes& codes) {
  codes.resize(lanes(kCodes));
  timeWaves(times, waves_.data());
  timeIn_.forward(waves_.data(), time1_.data());
  geluOf(time1_, time1Slope_);
  timeHidden_.forward(time1_.data(), time2_.data());
  geluOf(time2_, time2Slope_);
  for (Block& block : blocks_) block.time.forward(time2_.data(), codes.data() + lanes(block.firstCode));
}

void ConditionalUNet::blockForward(Block& block, const float* in, float* out, const PromptCodes& codes, bool keep) {
  block.residual.forward(in, out, codes.data() + lanes(block.firstCode), keep);
}

void ConditionalUNet::blockBackward(Block& block, const float* in, const float* gradient, float* inGradient,
                                    float* parameterGradients) {
  block.residual.backward(in, gradient, inGradient, parameterGradients);
  std::copy_n(block.residual.shiftGradient(), block.code.size(), codeGradient_.data() + lanes(block.firstCode));
}

void ConditionalUNet::forward(const PromptCodes& codes, bool keep) {
  convIn_.forward(input_.plane(0), a0_.plane(0));
  blockForward(blocks_[0], a0_.plane(0), cat1_.plane(kNarrow), codes, keep);
  down1_.forward(cat1_.plane(kNarrow), a1_.plane(0));
  blockForward(blocks_[1], a1_.plane(0), cat2_.plane(kWide), codes, keep);
  down2_.forward(cat2_.plane(kWide), a2_.plane(0));
  blockForward(blocks_[2], a2_.plane(0), a3_.plane(0), codes, keep);
  up2_.forward(a3_.plane(0), cat2_.plane(0));
  blockForward(blocks_[3], cat2_.plane(0), a4_.plane(0), codes, keep);
  up1_.forward(a4_.plane(0), cat1_.plane(0));
  blockForward(blocks_[4], cat1_.plane(0), a5_.plane(0), codes, keep);
  normOut_.forward(values_, a5_.plane(0), keep);
  copyPlanes(input_.grid(), 3, input_.plane(0), output_.plane(0));
  convOut_.forward(normOut_.out(), output_.plane(0), true);
}

void ConditionalUNet::backward(float* g) {
  const float* top = outputGradient_.plane(0);
  convOut_.gradients(normOut_.out(), top, g);
  convOut_.backward(top, da5_.plane(0));
  normOut_.backward(values_, da5_.plane(0), g);
  blockBackward(blocks_[4], cat1_.plane(0), da5_.plane(0), dcat1_.plane(0), g);
  up1_.gradients(a4_.plane(0), dcat1_.plane(0), g);
  up1_.backward(dcat1_.plane(0), da4_.plane(0));
  blockBackward(blocks_[3], cat2_.plane(0), da4_.plane(0), dcat2_.plane(0), g);
  up2_.gradients(a3_.plane(0), dcat2_.plane(0), g);
  up2_.backward(dcat2_.plane(0), da3_.plane(0));
  blockBackward(blocks_[2], a2_.plane(0), da3_.plane(0), da2_.plane(0), g);
  down2_.gradients(cat2_.plane(kWide), da2_.plane(0), g);
  down2_.backward(da2_.plane(0), dcat2_.plane(kWide), true);
  blockBackward(blocks_[1], a1_.plane(0), dcat2_.plane(kWide), da1_.plane(0), g);
  down1_.gradients(cat1_.plane(kNarrow), da1_.plane(0), g);
  down1_.backward(da1_.plane(0), dcat1_.plane(kNarrow), true);
  blockBackward(blocks_[0], a0_.plane(0), dcat1_.plane(kNarrow), da0_.plane(0), g);
  convIn_.gradients(input_.plane(0), da0_.plane(0), g);
  embeddingBackward(g);
}

void ConditionalUNet::embeddingBackward(float* g) {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    Block& block = blocks_[i];
    const float* shift = codeGradient_.data() + lanes(block.firstCode);
    block.time.gradients(time2_.data(), shift, g);
    block.time.backward(shift, dtime_.data(), i != 0);
    std::copy_n(shift, block.work.size(), block.work.begin());
    multiply(block.codeSlope, block.work);
    block.prompt2.gradients(block.hidden.data(), block.work.data(), g);
    block.prompt2.backward(block.work.data(), block.code.data());
    multiply(block.hiddenSlope, block.code);
    block.prompt1.gradients(prompts_.data(), block.code.data(), g);
  }
  multiply(time2Slope_, dtime_);
  timeHidden_.gradients(time1_.data(), dtime_.data(), g);
  timeHidden_.backward(dtime_.data(), dtime1_.data());
  multiply(time1Slope_, dtime1_);
  timeIn_.gradients(waves_.data(), dtime1_.data(), g);
}

}  // namespace learnscope
