// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/splatter_unet.h"

#include <cmath>
#include <numbers>

#include "engine/models/point_kernels.h"

namespace learnscope {
namespace {

constexpr int kNarrow = 16, kMiddle = 32, kWide = 64, kHidden = 128;
constexpr int kBands = 8, kWaves = 4 * kBands;
constexpr int kQuarter = SplatterUNet::kSize / 4, kTokens = kQuarter * kQuarter;

/// Mean of 3 x 3 pixels with zeros outside, its own transpose; `in` has a border of zeros.
void blur(const LaneGrid& grid, int planes, const float* in, float* out) {
  constexpr float kShare = 1.0F / 9;
  for (int c = 0; c < planes; ++c)
    for (int y = 0; y < grid.rows; ++y)
      for (int x = 0; x < grid.columns; ++x) {
        const long at = c * grid.plane + y * grid.row + x * grid.pixel;
        for (int l = 0; l < kImageLanes; ++l) {
          float sum = 0;
          for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx) sum += in[at + dy * grid.row + dx * grid.pixel + l];
          out[at + l] = kShare * sum;
        }
      }
}

/// Calls f(value of a plane, value of a plane of twice the side that stands on it) for all of these.
template <class F>
void eachDoubled(LanePlanes& small, LanePlanes& large, const F& f) {
  const LaneGrid &from = small.grid(), &to = large.grid();
  for (int c = 0; c < kWide; ++c)
    for (int y = 0; y < to.rows; ++y)
      for (int x = 0; x < to.columns; ++x) {
        float* a = small.plane(c) + (y / 2) * from.row + (x / 2) * from.pixel;
        float* b = large.plane(c) + y * to.row + x * to.pixel;
        for (int l = 0; l < kImageLanes; ++l) f(a[l], b[l]);
      }
}

/// Where channel c of drag k stands among the codes of all starts and then all ends [2 count][half].
std::size_t codePlace(int c, int k, int count, int half) {
  const auto row = static_cast<std::size_t>(c < half ? k : count + k);
  return row * static_cast<std::size_t>(half) + static_cast<std::size_t>(c % half);
}

}  // namespace

SplatterUNet::SplatterUNet() {
  const LaneGrid full = paddedGrid(kSize), half = paddedGrid(kSize / 2), quarter = paddedGrid(kQuarter);
  in_ = LaneConv(ConvKind::Same3, kInputs, kNarrow, full, full, parameters_, "in");
  full_ = LaneResidual(parameters_, "full", kNarrow, kNarrow, kSize);
  down1_ = LaneConv(ConvKind::Halve3, kNarrow, kMiddle, full, half, parameters_, "down1");
  half_ = LaneResidual(parameters_, "half", kMiddle, kMiddle, kSize / 2);
  down2_ = LaneConv(ConvKind::Halve3, kMiddle, kWide, half, quarter, parameters_, "down2");
  quarter1_ = LaneResidual(parameters_, "quarter1", kWide, kWide, kQuarter);
  const AttentionShape attention{kObjects, kViews * kTokens, kWide, 4, 1};
  attention1_ = RowAttention<float>(parameters_, "attention1", attention);
  quarter2_ = LaneResidual(parameters_, "quarter2", kWide, kWide, kQuarter);
  attention2_ = RowAttention<float>(parameters_, "attention2", attention);
  up_ = LaneConv(ConvKind::Same3, kWide, kMiddle, half, half, parameters_, "up");
  merge_ = LaneResidual(parameters_, "merge", 2 * kMiddle, kMiddle, kSize / 2);
  norm_ = LaneNorm(parameters_, "out.norm", kMiddle, kSize / 2);
  out_ = LaneConv(ConvKind::Same3, kMiddle, kOutputs, half, half, parameters_, "out");
  embeddings_[0] = makeEmbedding(kNarrow, kSize, "drags1");
  embeddings_[1] = makeEmbedding(kMiddle, kSize / 2, "drags2");
  embeddings_[2] = makeEmbedding(kWide, kQuarter, "drags3");

  input_ = LanePlanes(kInputs, kSize);
  for (LanePlanes* planes : {&a0_, &d0_, &a1_, &d1_}) *planes = LanePlanes(kNarrow, kSize);
  for (LanePlanes* planes : {&a2_, &d2_, &a6_, &d6_}) *planes = LanePlanes(kMiddle, kSize / 2);
  for (LanePlanes* planes : {&joined_, &byJoined_}) *planes = LanePlanes(2 * kMiddle, kSize / 2);
  for (LanePlanes* planes : {&a3_, &d3_, &a4_, &d4_, &a5_, &d5_}) *planes = LanePlanes(kWide, kQuarter);
  for (LanePlanes* planes : {&doubled_, &byDoubled_}) *planes = LanePlanes(kWide, kSize / 2);
  for (LanePlanes* planes : {&output_, &outputGradient_}) *planes = LanePlanes(kOutputs, kOutSize);
  rows_.resize(static_cast<std::size_t>(kImageLanes) * kTokens * kWide);
}

SplatterUNet::Embedding SplatterUNet::makeEmbedding(int channels, int size, const std::string& name) {
  const LaneGrid grid = paddedGrid(size);
  Embedding embedding;
  embedding.channels = channels;
  embedding.size = size;
  embedding.first = RowLinear<float>(parameters_, name + ".first", kWaves, kHidden);
  embedding.second = RowLinear<float>(parameters_, name + ".second", kHidden, channels / 2);
  embedding.conv =
      LaneConv(ConvKind::Same3, 2 * channels, channels, grid, grid, parameters_, name + ".conv", {.zero = true});
  embedding.map = LanePlanes(channels, size);
  embedding.joint = embedding.byJoint = LanePlanes(2 * channels, size);
  return embedding;
}

void SplatterUNet::use(const float* parameters) {
  values_ = parameters;
  for (LaneConv* conv : {&in_, &down1_, &down2_, &up_, &out_}) conv->use(parameters);
  for (LaneResidual* block : {&full_, &half_, &quarter1_, &quarter2_, &merge_}) block->use(parameters);
  for (Embedding& embedding : embeddings_) embedding.conv.use(parameters);
}

// sin and cos of pi 100^(k/8) of both coordinates, k < 8; the starts of all drags, then their ends.
void SplatterUNet::waves(const std::vector<PictureDrag>& drags) {
  drags_.clear();
  for (const PictureDrag& drag : drags)
    if (drag.startX >= 0 && drag.startX < 1 && drag.startY >= 0 && drag.startY < 1) drags_.push_back(drag);
  waves_.resize(2 * drags_.size() * kWaves);
  float* out = waves_.data();
  for (const bool end : {false, true})
    for (const PictureDrag& drag : drags_)
      for (const float value : {end ? drag.endX : drag.startX, end ? drag.endY : drag.startY})
        for (int k = 0; k < kBands; ++k) {
          const double angle = std::numbers::pi * std::pow(100.0, k / double{kBands}) * double{value};
          *out++ = static_cast<float>(std::sin(angle));
          *out++ = static_cast<float>(std::cos(angle));
        }
}

void SplatterUNet::embed(Embedding& e, LanePlanes& planes) {
  const int count = static_cast<int>(drags_.size()), half = e.channels / 2;
  const auto rows = 2 * drags_.size();
  for (auto* buffer : {&e.raw, &e.hidden, &e.slope, &e.byHidden}) buffer->resize(rows * kHidden);
  for (auto* buffer : {&e.code, &e.byCode}) buffer->resize(rows * static_cast<std::size_t>(half));
  e.map.clear();
  if (count > 0) {
    e.first.apply(values_, waves_.data(), 2 * count, e.raw.data());
    pointKernels<float>().silu(e.raw.data(), e.hidden.data(), e.slope.data(), static_cast<long>(rows) * kHidden);
    e.second.apply(values_, e.hidden.data(), 2 * count, e.code.data());
  }
  const LaneGrid& grid = e.map.grid();
  for (int k = 0; k < count; ++k) {
    const PictureDrag& drag = drags_[static_cast<std::size_t>(k)];
    const long cell = static_cast<int>(drag.startY * static_cast<float>(e.size)) * grid.row +
                      static_cast<int>(drag.startX * static_cast<float>(e.size)) * grid.pixel + drag.lane;
    for (int c = 0; c < e.channels; ++c) e.map.plane(c)[cell] += e.code[codePlace(c, k, count, half)];
  }
  blur(grid, e.channels, e.map.plane(0), e.joint.plane(0));
  copyPlanes(grid, e.channels, planes.plane(0), e.joint.plane(e.channels));
  e.conv.forward(e.joint.plane(0), planes.plane(0), true);
}

// `gradient` goes from behind the embedding to before it.
void SplatterUNet::embedBackward(Embedding& e, LanePlanes& gradient, float* parameterGradients) {
  const int count = static_cast<int>(drags_.size()), half = e.channels / 2;
  const LaneGrid& grid = e.map.grid();
  e.conv.gradients(e.joint.plane(0), gradient.plane(0), parameterGradients);
  e.conv.backward(gradient.plane(0), e.byJoint.plane(0));
  addPlanes(grid, e.channels, e.byJoint.plane(e.channels), gradient.plane(0));
  if (count == 0) return;
  blur(grid, e.channels, e.byJoint.plane(0), e.map.plane(0));
  for (int k = 0; k < count; ++k) {
    const PictureDrag& drag = drags_[static_cast<std::size_t>(k)];
    const long cell = static_cast<int>(drag.startY * static_cast<float>(e.size)) * grid.row +
                      static_cast<int>(drag.startX * static_cast<float>(e.size)) * grid.pixel + drag.lane;
    for (int c = 0; c < e.channels; ++c) e.byCode[codePlace(c, k, count, half)] = e.map.plane(c)[cell];
  }
  e.second.back(values_, e.hidden.data(), 2 * count, e.byCode.data(), e.byHidden.data(), false, parameterGradients);
  pointKernels<float>().multiply(e.slope.data(), e.byHidden.data(), static_cast<long>(e.byHidden.size()));
  e.first.back(values_, waves_.data(), 2 * count, e.byHidden.data(), nullptr, false, parameterGradients);
}

/// Calls f(value of a plane, value of a row) for all values of planes of the coarsest level; row = lane, pixel.
template <class F>
void eachToken(LanePlanes& planes, AlignedVector<float>& rows, const F& f) {
  const LaneGrid& grid = planes.grid();
  for (int c = 0; c < kWide; ++c)
    for (int y = 0; y < kQuarter; ++y)
      for (int x = 0; x < kQuarter; ++x) {
        float* pixel = planes.plane(c) + y * grid.row + x * grid.pixel;
        const auto token = static_cast<std::size_t>(y) * kQuarter + static_cast<std::size_t>(x);
        for (int l = 0; l < kImageLanes; ++l)
          f(pixel[l], rows[(static_cast<std::size_t>(l) * kTokens + token) * kWide + static_cast<std::size_t>(c)]);
      }
}

void SplatterUNet::attend(RowAttention<float>& attention, LanePlanes& planes) {
  eachToken(planes, rows_, [](float plane, float& row) { row = plane; });
  attention.forward(values_, rows_.data());
  eachToken(planes, rows_, [](float& plane, float row) { plane = row; });
}

void SplatterUNet::attendBackward(RowAttention<float>& attention, LanePlanes& gradient, float* parameterGradients) {
  eachToken(gradient, rows_, [](float plane, float& row) { row = plane; });
  attention.backward(values_, rows_.data(), parameterGradients);
  eachToken(gradient, rows_, [](float& plane, float row) { plane = row; });
}

void SplatterUNet::forward(const std::vector<PictureDrag>& drags, const std::array<bool, kLevels>& scales) {
  scales_ = scales;
  waves(drags);
  in_.forward(input_.plane(0), a0_.plane(0));
  if (scales[0]) embed(embeddings_[0], a0_);
  full_.forward(a0_.plane(0), a1_.plane(0), nullptr, true);
  down1_.forward(a1_.plane(0), a2_.plane(0));
  if (scales[1]) embed(embeddings_[1], a2_);
  half_.forward(a2_.plane(0), joined_.plane(kMiddle), nullptr, true);
  down2_.forward(joined_.plane(kMiddle), a3_.plane(0));
  if (scales[2]) embed(embeddings_[2], a3_);
  quarter1_.forward(a3_.plane(0), a4_.plane(0), nullptr, true);
  attend(attention1_, a4_);
  quarter2_.forward(a4_.plane(0), a5_.plane(0), nullptr, true);
  attend(attention2_, a5_);
  eachDoubled(a5_, doubled_, [](float small, float& large) { large = small; });
  up_.forward(doubled_.plane(0), joined_.plane(0));
  merge_.forward(joined_.plane(0), a6_.plane(0), nullptr, true);
  norm_.forward(values_, a6_.plane(0), true);
  out_.forward(norm_.out(), output_.plane(0));
}

float SplatterUNet::dragStrength(int level, int lane, int x, int y) const {
  const auto at = static_cast<std::size_t>(level);
  if (!scales_[at]) return 0;
  const Embedding& e = embeddings_[at];
  const LaneGrid& grid = e.joint.grid();
  const int cell = kSize / e.size;
  const long pixel = (y / cell) * grid.row + (x / cell) * grid.pixel + lane;
  float square = 0;
  for (int c = 0; c < e.channels; ++c) square += e.joint.plane(c)[pixel] * e.joint.plane(c)[pixel];
  return std::sqrt(square);
}

void SplatterUNet::backward(float* g) {
  const float* top = outputGradient_.plane(0);
  out_.gradients(norm_.out(), top, g);
  out_.backward(top, d6_.plane(0));
  norm_.backward(values_, d6_.plane(0), g);
  merge_.backward(joined_.plane(0), d6_.plane(0), byJoined_.plane(0), g);
  up_.gradients(doubled_.plane(0), byJoined_.plane(0), g);
  up_.backward(byJoined_.plane(0), byDoubled_.plane(0));
  d5_.clear();
  eachDoubled(d5_, byDoubled_, [](float& small, float large) { small += large; });
  attendBackward(attention2_, d5_, g);
  quarter2_.backward(a4_.plane(0), d5_.plane(0), d4_.plane(0), g);
  attendBackward(attention1_, d4_, g);
  quarter1_.backward(a3_.plane(0), d4_.plane(0), d3_.plane(0), g);
  if (scales_[2]) embedBackward(embeddings_[2], d3_, g);
  down2_.gradients(joined_.plane(kMiddle), d3_.plane(0), g);
  down2_.backward(d3_.plane(0), byJoined_.plane(kMiddle), true);
  half_.backward(a2_.plane(0), byJoined_.plane(kMiddle), d2_.plane(0), g);
  if (scales_[1]) embedBackward(embeddings_[1], d2_, g);
  down1_.gradients(a1_.plane(0), d2_.plane(0), g);
  down1_.backward(d2_.plane(0), d1_.plane(0));
  full_.backward(a0_.plane(0), d1_.plane(0), d0_.plane(0), g);
  if (scales_[0]) embedBackward(embeddings_[0], d0_, g);
  in_.gradients(input_.plane(0), d0_.plane(0), g);
}

}  // namespace learnscope
