// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/conditional_unet.h"

#include <cmath>

namespace learnscope {
namespace {

constexpr int kGroups = 4, kNarrow = 12, kWide = 24, kTime = 64;

std::size_t lanes(int planes) { return static_cast<std::size_t>(planes) * kImageLanes; }

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
  normOut_ = makeNorm(kNarrow, s, "out.norm");
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

ConditionalUNet::Norm ConditionalUNet::makeNorm(int planes, int size, const std::string& name) {
  Norm norm;
  norm.gamma = parameters_.add(name + ".weight", planes, LaneParameter::Start::One);
  norm.beta = parameters_.add(name + ".bias", planes, LaneParameter::Start::Zero);
  norm.planes = planes;
  norm.out = norm.normalised = norm.slope = LanePlanes(planes, size);
  norm.inverseDeviation.assign(lanes(kGroups), 0.0f);
  return norm;
}

ConditionalUNet::Block ConditionalUNet::makeBlock(int in, int out, int size, int index) {
  const std::string name = "block" + std::to_string(index + 1);
  const LaneGrid grid = paddedGrid(size), flat = vectorGrid();
  Block block;
  block.norm1 = makeNorm(in, size, name + ".norm1");
  block.conv1 = LaneConv(ConvKind::Same3, in, out, grid, grid, parameters_, name + ".conv1");
  block.time = LaneConv(ConvKind::Point, kTime, out, flat, flat, parameters_, name + ".time");
  block.prompt1 = LaneConv(ConvKind::Point, shape_.prompt, out, flat, flat, parameters_, name + ".prompt1");
  block.prompt2 = LaneConv(ConvKind::Point, out, out, flat, flat, parameters_, name + ".prompt2");
  block.norm2 = makeNorm(out, size, name + ".norm2");
  block.conv2 = LaneConv(ConvKind::Same3, out, out, grid, grid, parameters_, name + ".conv2", {.zero = true});
  block.projects = in != out;
  if (block.projects) block.skip = LaneConv(ConvKind::Point, in, out, grid, grid, parameters_, name + ".skip");
  block.middle = block.gradient2 = LanePlanes(out, size);
  block.gradient1 = LanePlanes(in, size);
  for (auto* values : {&block.hidden, &block.hiddenSlope, &block.code, &block.codeSlope, &block.work})
    values->assign(lanes(out), 0.0f);
  for (int i = 0; i < index; ++i) block.firstCode += kWidths[static_cast<std::size_t>(i)];
  return block;
}

template <class F>
void ConditionalUNet::eachConv(F&& f) {
  for (LaneConv* conv : {&timeIn_, &timeHidden_, &convIn_, &down1_, &down2_, &up2_, &up1_, &convOut_}) f(*conv);
  for (Block& block : blocks_) {
    for (LaneConv* conv : {&block.conv1, &block.conv2, &block.time, &block.prompt1, &block.prompt2}) f(*conv);
    if (block.projects) f(block.skip);
  }
}

void ConditionalUNet::use(const float* parameters) {
  values_ = parameters;
  eachConv([&](LaneConv& conv) { conv.use(parameters); });
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

void ConditionalUNet::normForward(Norm& norm, const float* in, bool keep) {
  laneKernels().normGelu(norm.out.grid(), norm.planes, kGroups, values_ + norm.gamma, values_ + norm.beta, in,
                         norm.out.plane(0), keep ? norm.normalised.plane(0) : nullptr,
                         keep ? norm.slope.plane(0) : nullptr, keep ? norm.inverseDeviation.data() : nullptr);
}

void ConditionalUNet::normBackward(const Norm& norm, float* gradient, float* parameterGradients) const {
  laneKernels().normGeluBackward(norm.out.grid(), norm.planes, kGroups, values_ + norm.gamma, norm.normalised.plane(0),
                                 norm.slope.plane(0), norm.inverseDeviation.data(), gradient,
                                 parameterGradients + norm.gamma, parameterGradients + norm.beta);
}

void ConditionalUNet::blockForward(Block& block, const float* in, float* out, const PromptCodes& codes, bool keep) {
  normForward(block.norm1, in, keep);
  block.conv1.forward(block.norm1.out.plane(0), block.middle.plane(0), false, codes.data() + lanes(block.firstCode));
  normForward(block.norm2, block.middle.plane(0), keep);
  if (block.projects)
    block.skip.forward(in, out);
  else
    copyPlanes(block.middle.grid(), block.conv2.outputs(), in, out);
  block.conv2.forward(block.norm2.out.plane(0), out, true);
}

void ConditionalUNet::blockBackward(Block& block, const float* in, const float* gradient, float* inGradient,
                                    float* parameterGradients) {
  float* inner = block.gradient2.plane(0);
  block.conv2.gradients(block.norm2.out.plane(0), gradient, parameterGradients);
  block.conv2.backward(gradient, inner);
  normBackward(block.norm2, inner, parameterGradients);
  block.conv1.gradients(block.norm1.out.plane(0), inner, parameterGradients);
  std::copy_n(block.conv1.pixelSums(), lanes(block.conv1.outputs()), codeGradient_.data() + lanes(block.firstCode));
  block.conv1.backward(inner, inGradient);
  normBackward(block.norm1, inGradient, parameterGradients);
  if (block.projects) {
    block.skip.gradients(in, gradient, parameterGradients);
    block.skip.backward(gradient, inGradient, true);
  } else {
    addPlanes(block.middle.grid(), block.conv2.outputs(), gradient, inGradient);
  }
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
  normForward(normOut_, a5_.plane(0), keep);
  copyPlanes(input_.grid(), 3, input_.plane(0), output_.plane(0));
  convOut_.forward(normOut_.out.plane(0), output_.plane(0), true);
}

void ConditionalUNet::backward(float* g) {
  const float* top = outputGradient_.plane(0);
  convOut_.gradients(normOut_.out.plane(0), top, g);
  convOut_.backward(top, da5_.plane(0));
  normBackward(normOut_, da5_.plane(0), g);
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
