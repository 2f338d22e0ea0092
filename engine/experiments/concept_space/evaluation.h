// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>

#include "engine/experiments/concept_space/setting.h"
#include "engine/models/concept_probe.h"
#include "engine/models/diffusion.h"

namespace learnscope::concept_space {

/// Strengths k that the overprompt's map is drawn at; capability is the maximum over those in 1.25..2.
inline constexpr std::array<double, 8> kStrengths{0.5, 0.75, 1, 1.25, 1.6, 2, 2.5, 3};
/// Latent steps a of the map; capability is the maximum over those in 0.7..1.4.
inline constexpr std::array<double, 6> kLatentSteps{0.4, 0.7, 1, 1.4, 2, 3};
/// Samples of each row of the recorded pictures.
inline constexpr int kPictureSamples = 8;

/// What the model draws for one request.
struct Drawing {
  std::vector<float> samples;         ///< [images][values]
  std::vector<double> probabilities;  ///< [images][concepts] that each concept is 1
  std::vector<double> coordinate;     ///< [concepts], means of the probabilities
  double joint = 0;                   ///< A: mean over images of the product of the right-concept probabilities
  double jointOfMeans = 0;            ///< product of the means, as the official plots have it
};

/// How to sample.
struct SamplingOptions {
  int images = 16, steps = 12;
  double guidance = 1;
  bool hasNull = false;  ///< null prompts were trained: guidance may be used
  bool regress = false;  ///< the network draws in one pass
};
SamplingOptions samplingOf(const Config& config);
/// Parameter objective; runs from before there was one are diffusion.
bool regresses(const Config& config);

/// Draws with the running mean of the weights and reads concepts off the result. Initial noise comes from the stream
/// "sampler.noise": the same for all prompts and all evaluations.
class Artist {
 public:
  /// `probe` may be null for vectors, whose coordinate is (x / mu + 1) / 2 clipped to 0..1. Both outlive the artist.
  Artist(const Setting& setting, ConceptProbe* probe, std::uint64_t seed);

  void use(const float* weights, const SamplingOptions& options);
  /// Draws `number`'s images for a prompt, judged against class `number`.
  Drawing draw(std::span<const float> prompt, int number);
  /// The same from the latent step: the base class's prompt with a (P(with) - P(without)) added to the codes of the
  /// blocks that are on; along a concept (the quiet one unless said).
  Drawing drawLatent(double strength, std::span<const bool> blocks = {}, int concept_ = -1);
  int blocks() const { return static_cast<int>(widths_.size()); }

 private:
  Drawing drawCodes(const PromptCodes& codes, int number);

  const Setting& setting_;
  ConceptProbe* probe_;
  RandomStream noiseStart_;
  DdimSampler sampler_;
  std::vector<int> widths_;
  SamplingOptions options_;
  PromptCodes codes_, null_, with_, without_;
  std::vector<float> noise_;
};

/// Everything that one evaluation finds.
struct Evaluation {
  std::vector<Drawing> classes;                 ///< with the class-mean prompts
  std::vector<Drawing> louder;                  ///< overprompts at kStrengths
  std::vector<Drawing> shifted;                 ///< latent at kLatentSteps
  std::size_t bestLouder = 0, bestShifted = 0;  ///< of those that count as capability
  double train = 0, trainOfMeans = 0, naive = 0, overprompt = 0, latent = 0;
  double trainDistance2 = 0;  ///< mean over training classes and axes of the squared distance to the corner
};
/// `training[k]`: class k is trained on now.
Evaluation evaluate(Artist& artist, const Setting& setting, const std::vector<bool>& training);

}  // namespace learnscope::concept_space
