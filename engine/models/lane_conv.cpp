// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/lane_conv.h"

#include <cmath>

namespace learnscope {
namespace {

std::size_t lanes(int planes) { return static_cast<std::size_t>(planes) * kImageLanes; }

int weightCount(ConvKind kind, int inputs, int outputs) {
  const int taps = kind == ConvKind::Point ? 1 : kind == ConvKind::Same3 || kind == ConvKind::Halve3 ? 9 : 4;
  return inputs * outputs * taps;
}

// PyTorch takes the fan-in of a transposed convolution from its outputs.
int fanIn(ConvKind kind, int inputs, int outputs) {
  return weightCount(kind, inputs, outputs) / (kind == ConvKind::TransposeTwice ? inputs : outputs);
}

/// Offsets of a window of `size` x `size` pixels in each of `planes` planes, starting `before` pixels up and left.
std::vector<int> window(const LaneGrid& grid, int planes, int size, int before) {
  std::vector<int> offsets;
  for (int c = 0; c < planes; ++c)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x)
        offsets.push_back(static_cast<int>(c * grid.plane + (y - before) * grid.row + (x - before) * grid.pixel));
  return offsets;
}

/// Every second pixel of a grid.
LaneGrid everySecond(const LaneGrid& grid) {
  return {grid.rows / 2, grid.columns / 2, grid.plane, 2 * grid.row, 2 * grid.pixel};
}

}  // namespace

int LaneParameters::add(std::string name, int count, LaneParameter::Start start, int fan) {
  all_.push_back({std::move(name), count_, count, start, fan});
  count_ += count;
  return all_.back().offset;
}

void LaneParameters::draw(RandomStream& random, double scale, float* values) const {
  for (const LaneParameter& p : all_) {
    const double bound = scale / std::sqrt(static_cast<double>(p.fanIn));
    for (int i = 0; i < p.count; ++i) {
      const double drawn = p.start == LaneParameter::Start::Uniform ? random.uniform(-bound, bound)
                           : p.start == LaneParameter::Start::One   ? 1
                                                                    : 0;
      values[p.offset + i] = static_cast<float>(drawn);
    }
  }
}

LaneConv::LaneConv(ConvKind kind, int inputs, int outputs, const LaneGrid& in, const LaneGrid& out,
                   LaneParameters& parameters, const std::string& name, const ConvStart& begin)
    : inputs_(inputs), outputs_(outputs), outGrid_(out) {
  const auto start = begin.zero ? LaneParameter::Start::Zero : LaneParameter::Start::Uniform;
  const int fan = begin.fanIn > 0 ? begin.fanIn : fanIn(kind, inputs, outputs);
  weight_ = parameters.add(name + ".weight", weightCount(kind, inputs, outputs), start, fan);
  if (begin.bias) bias_ = parameters.add(name + ".bias", outputs, start, fan);
  for (auto* values : {&biases_, &start_, &sums_}) values->assign(lanes(outputs), 0.0f);
  buildForward(kind, in, out);
  buildBackward(kind, in, out);
}

LaneConv::Part LaneConv::part(int outputs, std::vector<int> offsets, long inputRow, long inputPixel,
                              const LaneGrid& out, const WeightOf& weightOf) {
  Part part;
  part.offsets = std::move(offsets);
  const int taps = static_cast<int>(part.offsets.size());
  part.map = {outputs, taps, nullptr, inputRow, inputPixel, out};
  for (int first = 0; first < outputs; first += kLaneTile)
    for (int k = 0; k < taps; ++k)
      for (int o = first; o < std::min(first + kLaneTile, outputs); ++o) part.index.push_back(weightOf(o, k));
  part.packed.assign(part.index.size(), 0.0f);
  return part;
}

void LaneConv::buildForward(ConvKind kind, const LaneGrid& in, const LaneGrid& out) {
  if (kind == ConvKind::TransposeTwice) {
    for (int corner = 0; corner < 4; ++corner) {
      const int first = weight_ + corner * outputs_ * inputs_;
      forward_.push_back(part(outputs_, window(in, inputs_, 1, 0), in.row, in.pixel, everySecond(out),
                              [&](int o, int k) { return first + o * inputs_ + k; }));
      forward_.back().outputStart = (corner / 2) * out.row + (corner % 2) * out.pixel;
      forward_.back().weights = first;
    }
    return;
  }
  const bool three = kind == ConvKind::Same3 || kind == ConvKind::Halve3;
  const int size = kind == ConvKind::Point ? 1 : three ? 3 : 2, taps = inputs_ * size * size;
  const long stride = kind == ConvKind::Halve3 || kind == ConvKind::Halve2 ? 2 : 1;
  forward_.push_back(part(outputs_, window(in, inputs_, size, three ? 1 : 0), stride * in.row, stride * in.pixel, out,
                          [&](int o, int k) { return weight_ + o * taps + k; }));
  forward_.back().weights = weight_;
}

void LaneConv::buildBackward(ConvKind kind, const LaneGrid& in, const LaneGrid& out) {
  const auto add = [&](std::vector<int> offsets, const LaneGrid& from, long stride, const LaneGrid& to,
                       const WeightOf& weightOf) {
    backward_.push_back(part(inputs_, std::move(offsets), stride * from.row, stride * from.pixel, to, weightOf));
  };
  if (kind == ConvKind::Point)
    add(window(out, outputs_, 1, 0), out, 1, in, [&](int i, int o) { return weight_ + o * inputs_ + i; });
  else if (kind == ConvKind::Same3)
    add(window(out, outputs_, 3, 1), out, 1, in,
        [&](int i, int k) { return weight_ + ((k / 9) * inputs_ + i) * 9 + 8 - k % 9; });
  else if (kind == ConvKind::TransposeTwice)
    add(window(out, outputs_, 2, 0), out, 2, in,
        [&](int i, int k) { return weight_ + ((k % 4) * outputs_ + k / 4) * inputs_ + i; });
  else if (kind == ConvKind::Halve3)
    buildStridedBackward(in, out);
  else if (kind == ConvKind::Halve2)
    for (int corner = 0; corner < 4; ++corner) {
      add(window(out, outputs_, 1, 0), out, 1, everySecond(in),
          [&](int i, int o) { return weight_ + (o * inputs_ + i) * 4 + corner; });
      backward_.back().outputStart = (corner / 2) * in.row + (corner % 2) * in.pixel;
    }
}

// Input pixel (2 a + p, 2 b + q) of a 3x3 map with stride 2 and border 1 is read by output row a with the tap ky = 1 if
// p = 0, and by rows a and a + 1 with ky = 2 and 0 if p = 1; columns alike.
void LaneConv::buildStridedBackward(const LaneGrid& in, const LaneGrid& out) {
  const auto taps = [](int parity) { return parity == 0 ? std::vector<int>{1} : std::vector<int>{2, 0}; };
  for (int corner = 0; corner < 4; ++corner) {
    std::vector<int> offsets, tapOf;
    for (int o = 0; o < outputs_; ++o)
      for (const int ky : taps(corner / 2))
        for (const int kx : taps(corner % 2)) {
          offsets.push_back(static_cast<int>(o * out.plane + (ky == 0 ? out.row : 0) + (kx == 0 ? out.pixel : 0)));
          tapOf.push_back(o * inputs_ * 9 + ky * 3 + kx);
        }
    backward_.push_back(part(inputs_, std::move(offsets), out.row, out.pixel, everySecond(in),
                             [&](int i, int k) { return weight_ + tapOf[static_cast<std::size_t>(k)] + i * 9; }));
    backward_.back().outputStart = (corner / 2) * in.row + (corner % 2) * in.pixel;
  }
}

void LaneConv::use(const float* parameters) {
  for (auto* parts : {&forward_, &backward_})
    for (Part& p : *parts) {
      p.map.offsets = p.offsets.data();
      for (std::size_t i = 0; i < p.index.size(); ++i) p.packed[i] = parameters[p.index[i]];
    }
  for (int o = 0; bias_ >= 0 && o < outputs_; ++o)
    std::fill_n(biases_.begin() + static_cast<std::ptrdiff_t>(lanes(o)), kImageLanes, parameters[bias_ + o]);
}

void LaneConv::forward(const float* in, float* out, bool accumulate, const float* shift) {
  const float* start = biases_.data();
  if (shift) {
    for (std::size_t i = 0; i < start_.size(); ++i) start_[i] = biases_[i] + shift[i];
    start = start_.data();
  }
  for (const Part& p : forward_)
    laneKernels().apply(p.map, p.packed.data(), start, accumulate, in + p.inputStart, out + p.outputStart);
}

void LaneConv::backward(const float* gradient, float* in, bool accumulate) const {
  for (const Part& p : backward_)
    laneKernels().apply(p.map, p.packed.data(), nullptr, accumulate, gradient + p.inputStart, in + p.outputStart);
}

void LaneConv::gradients(const float* in, const float* gradient, float* parameterGradients) {
  for (const Part& p : forward_)
    laneKernels().gradient(p.map, in + p.inputStart, gradient + p.outputStart, parameterGradients + p.weights);
  laneKernels().sumPixels(outGrid_, outputs_, gradient, sums_.data());
  for (int o = 0; bias_ >= 0 && o < outputs_; ++o) {
    float sum = 0;
    for (int l = 0; l < kImageLanes; ++l) sum += sums_[lanes(o) + static_cast<std::size_t>(l)];
    parameterGradients[bias_ + o] += sum;
  }
}

}  // namespace learnscope
