// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/concept_probe.h"

#include <algorithm>
#include <cmath>

#include "engine/models/diffusion.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {
namespace {

constexpr int kNarrow = 12, kWide = 24;

std::size_t lanes(int planes) { return static_cast<std::size_t>(planes) * kImageLanes; }

/// GELU of whole padded planes in place: their zero border stays zero.
void geluPlanes(LanePlanes& out, LanePlanes& slope, int planes) {
  const LaneGrid& grid = out.grid();
  const long start = grid.row + grid.pixel;
  laneKernels().gelu(out.plane(0) - start, out.plane(0) - start, slope.plane(0) - start, planes * grid.plane);
}

void multiplyPlanes(const LanePlanes& by, LanePlanes& values, int planes) {
  const LaneGrid& grid = by.grid();
  for (int c = 0; c < planes; ++c)
    for (int y = 0; y < grid.rows; ++y)
      for (int i = 0; i < grid.columns * kImageLanes; ++i) {
        const long at = y * grid.row + i;
        values.plane(c)[at] *= by.plane(c)[at];
      }
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

ConceptProbe::ConceptProbe(int side, int concepts) : side_(side), concepts_(concepts) {
  const LaneGrid full = paddedGrid(side), half = paddedGrid(side / 2), quarter = paddedGrid(side / 4);
  conv1_ = LaneConv(ConvKind::Halve3, 3, kNarrow, full, half, parameters_, "conv1");
  conv2_ = LaneConv(ConvKind::Halve3, kNarrow, kWide, half, quarter, parameters_, "conv2");
  conv3_ = LaneConv(ConvKind::Same3, kWide, kWide, quarter, quarter, parameters_, "conv3");
  head_ = LaneConv(ConvKind::Point, 2 * kWide, concepts, vectorGrid(), vectorGrid(), parameters_, "head");
  weights_.assign(static_cast<std::size_t>(parameters_.count()), 0.0f);
  input_ = LanePlanes(3, side);
  out1_ = slope1_ = gradient1_ = LanePlanes(kNarrow, side / 2);
  for (LanePlanes* planes : {&out2_, &slope2_, &out3_, &slope3_, &gradient2_, &gradient3_})
    *planes = LanePlanes(kWide, side / 4);
  pooled_.assign(lanes(2 * kWide), 0.0f);
  pooledGradient_ = pooled_;
  logits_.assign(lanes(concepts), 0.0f);
  logitGradient_ = logits_;
  highest_.assign(lanes(kWide), 0);
  use();
}

void ConceptProbe::use() {
  for (LaneConv* conv : {&conv1_, &conv2_, &conv3_, &head_}) conv->use(weights_.data());
}

void ConceptProbe::loadImages(std::span<const float* const> images) {
  const LaneGrid& grid = input_.grid();
  for (int l = 0; l < kImageLanes; ++l) {
    const float* image = static_cast<std::size_t>(l) < images.size() ? images[static_cast<std::size_t>(l)] : nullptr;
    for (int c = 0; c < 3; ++c)
      for (int y = 0; y < side_; ++y)
        for (int x = 0; x < side_; ++x)
          input_.plane(c)[y * grid.row + x * grid.pixel + l] = image ? image[(c * side_ + y) * side_ + x] : 0.0f;
  }
}

void ConceptProbe::forward() {
  conv1_.forward(input_.plane(0), out1_.plane(0));
  geluPlanes(out1_, slope1_, kNarrow);
  conv2_.forward(out1_.plane(0), out2_.plane(0));
  geluPlanes(out2_, slope2_, kWide);
  conv3_.forward(out2_.plane(0), out3_.plane(0));
  geluPlanes(out3_, slope3_, kWide);
  const LaneGrid& grid = out3_.grid();
  const auto pixels = static_cast<float>(grid.rows * grid.columns);
  for (int c = 0; c < kWide; ++c)
    for (int l = 0; l < kImageLanes; ++l) {
      long best = l;
      float sum = 0;
      for (int y = 0; y < grid.rows; ++y)
        for (int x = 0; x < grid.columns; ++x) {
          const long at = y * grid.row + x * grid.pixel + l;
          sum += out3_.plane(c)[at];
          if (out3_.plane(c)[at] > out3_.plane(c)[best]) best = at;
        }
      const auto lane = static_cast<std::size_t>(l);
      highest_[lanes(c) + lane] = best;
      pooled_[lanes(c) + lane] = out3_.plane(c)[best];
      pooled_[lanes(kWide + c) + lane] = sum / pixels;
    }
  head_.forward(pooled_.data(), logits_.data());
}

void ConceptProbe::backward(float* gradient) {
  head_.gradients(pooled_.data(), logitGradient_.data(), gradient);
  head_.backward(logitGradient_.data(), pooledGradient_.data());
  const LaneGrid& grid = out3_.grid();
  const auto pixels = static_cast<float>(grid.rows * grid.columns);
  for (int c = 0; c < kWide; ++c) {
    for (int y = 0; y < grid.rows; ++y)
      for (int i = 0; i < grid.columns * kImageLanes; ++i)
        gradient3_.plane(c)[y * grid.row + i] =
            pooledGradient_[lanes(kWide + c) + static_cast<std::size_t>(i % kImageLanes)] / pixels;
    for (std::size_t l = 0; l < kImageLanes; ++l)
      gradient3_.plane(c)[highest_[lanes(c) + l]] += pooledGradient_[lanes(c) + l];
  }
  multiplyPlanes(slope3_, gradient3_, kWide);
  conv3_.gradients(out2_.plane(0), gradient3_.plane(0), gradient);
  conv3_.backward(gradient3_.plane(0), gradient2_.plane(0));
  multiplyPlanes(slope2_, gradient2_, kWide);
  conv2_.gradients(out1_.plane(0), gradient2_.plane(0), gradient);
  conv2_.backward(gradient2_.plane(0), gradient1_.plane(0));
  multiplyPlanes(slope1_, gradient1_, kNarrow);
  conv1_.gradients(input_.plane(0), gradient1_.plane(0), gradient);
}

double ConceptProbe::lossAndGradient(const ProbeImages& images, int first, AlignedVector<float>& gradient) {
  const int count = std::min(kImageLanes, images.count() - first);
  loadImages({images.images.data() + first, static_cast<std::size_t>(count)});
  forward();
  double loss = 0;
  const double scale = 1.0 / (count * concepts_);
  for (int j = 0; j < concepts_; ++j)
    for (int l = 0; l < kImageLanes; ++l) {
      const auto at = lanes(j) + static_cast<std::size_t>(l);
      logitGradient_[at] = 0;
      if (l >= count) continue;
      const double x = logits_[at], y = images.concepts[static_cast<std::size_t>((first + l) * concepts_ + j)];
      loss += scale * (std::max(x, 0.0) - x * y + std::log1p(std::exp(-std::abs(x))));
      logitGradient_[at] = static_cast<float>(scale * (sigmoid(x) - y));
    }
  backward(gradient.data());
  return loss;
}

void ConceptProbe::train(const ProbeImages& images, const Training& training, std::uint64_t seed,
                         const Progress& progress) {
  RandomStream start(seed, "probe.start"), random(seed, "probe.batches");
  parameters_.draw(start, 1, weights_.data());
  AlignedVector<float> gradient(weights_.size()), moment1(weights_.size()), moment2(weights_.size());
  const auto values = static_cast<std::size_t>(3 * side_ * side_);
  const int blocks = training.batch / kImageLanes;
  std::vector<float> noisy(kImageLanes * values), normals(values);
  for (int step = 1; step <= training.steps; ++step) {
    if (step % 10 == 0) progress.report(static_cast<double>(step) / training.steps, LS_TR("training the probe"));
    std::fill(gradient.begin(), gradient.end(), 0.0f);
    use();
    for (int block = 0; block < blocks; ++block) {
      ProbeImages batch;
      for (std::size_t l = 0; l < kImageLanes; ++l) {
        const auto i = static_cast<std::size_t>(random.below(static_cast<std::uint64_t>(images.count())));
        const auto sd = static_cast<float>(random.uniform(0, training.noise));
        fillNormals(random, normals);
        float* to = noisy.data() + l * values;
        for (std::size_t k = 0; k < values; ++k) to[k] = images.images[i][k] + sd * normals[k];
        batch.images.push_back(to);
        for (int j = 0; j < concepts_; ++j)
          batch.concepts.push_back(
              images.concepts[i * static_cast<std::size_t>(concepts_) + static_cast<std::size_t>(j)]);
      }
      lossAndGradient(batch, 0, gradient);
    }
    for (float& g : gradient) g /= static_cast<float>(blocks);
    twoLayerKernels<float>().adam(weights_.data(), moment1.data(), moment2.data(), gradient.data(),
                                  static_cast<long>(weights_.size()),
                                  static_cast<float>(training.learningRate / (1 - std::pow(0.9, step))),
                                  static_cast<float>(1 / std::sqrt(1 - std::pow(0.999, step))), 0.9f, 0.999f, 0.0f,
                                  static_cast<float>(1 - training.learningRate * training.weightDecay));
  }
  use();
}

std::vector<double> ConceptProbe::probabilities(std::span<const float* const> images) {
  std::vector<double> found(images.size() * static_cast<std::size_t>(concepts_));
  for (std::size_t first = 0; first < images.size(); first += kImageLanes) {
    const std::size_t count = std::min<std::size_t>(kImageLanes, images.size() - first);
    loadImages(images.subspan(first, count));
    forward();
    for (std::size_t l = 0; l < count; ++l)
      for (int j = 0; j < concepts_; ++j)
        found[(first + l) * static_cast<std::size_t>(concepts_) + static_cast<std::size_t>(j)] =
            sigmoid(logits_[lanes(j) + l]);
  }
  return found;
}

std::vector<double> ConceptProbe::accuracy(const ProbeImages& images) {
  const std::vector<double> found = probabilities(images.images);
  std::vector<double> right(static_cast<std::size_t>(concepts_), 0.0);
  for (std::size_t i = 0; i < found.size(); ++i)
    right[i % right.size()] += (found[i] > 0.5) == (images.concepts[i] != 0) ? 1.0 : 0.0;
  for (double& share : right) share /= std::max(1, images.count());
  return right;
}

}  // namespace learnscope
