// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/core/lab.h"
#include "engine/models/lane_conv.h"
#include "engine/models/lane_planes.h"

namespace learnscope {

/// Images that a probe learns from or is tested on, borrowed: image i is [3][side][side], concept j of it 0 or 1.
struct ProbeImages {
  std::vector<const float*> images;
  std::vector<std::uint8_t> concepts;  ///< [images][concepts]
  int count() const { return static_cast<int>(images.size()); }
};

/// A small classifier that reads each concept off an image: three 3x3 convolutions (3 - 12, 12 - 24 with stride 2, 24 -
/// 24) with GELU, global maximum and mean of the last planes, one logit a concept. Trained once by binary
/// cross-entropy with AdamW, then frozen.
class ConceptProbe {
 public:
  ConceptProbe(int side, int concepts);

  struct Training {
    int steps = 400, batch = 64;
    double learningRate = 3e-3, weightDecay = 0.01;
    double noise = 0.2;  ///< sd of the noise on training images is U(0, noise), in the images' units
  };
  /// Draws weights and trains. Random streams "probe.start" and "probe.batches".
  void train(const ProbeImages& images, const Training& training, std::uint64_t seed, const Progress& progress);
  /// Probabilities that each concept is 1 [images][concepts].
  std::vector<double> probabilities(std::span<const float* const> images);
  /// Share of images on which each concept is read right (probability above 1/2 for 1).
  std::vector<double> accuracy(const ProbeImages& images);

  int concepts() const { return concepts_; }
  AlignedVector<float>& weights() { return weights_; }
  const AlignedVector<float>& weights() const { return weights_; }
  /// Takes over weights()' present values.
  void use();
  /// Mean binary cross-entropy of up to 16 images, with its gradient added; tests check it by finite differences.
  double lossAndGradient(const ProbeImages& images, int first, AlignedVector<float>& gradient);

 private:
  void loadImages(std::span<const float* const> images);
  void forward();
  void backward(float* gradient);

  int side_, concepts_;
  LaneParameters parameters_;
  LaneConv conv1_, conv2_, conv3_, head_;
  AlignedVector<float> weights_;
  LanePlanes input_, out1_, slope1_, out2_, slope2_, out3_, slope3_;
  LanePlanes gradient1_, gradient2_, gradient3_;
  AlignedVector<float> pooled_, pooledGradient_, logits_, logitGradient_;  ///< [48][16], [concepts][16]
  std::vector<long> highest_;                                              ///< place of each maximum [24][16]
};

}  // namespace learnscope
