// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>

#include "engine/core/random_stream.h"
#include "engine/core/state.h"
#include "engine/models/denoiser.h"

namespace learnscope {

/// The noise schedule (Kingma et al. 2021, arXiv 2107.00630): z_t = alpha x + sigma eps, alpha^2 = sigmoid(-gamma),
/// sigma^2 = sigmoid(gamma), gamma(t) = -5 + 13 t fixed, t in 0..1.
struct NoiseLevel {
  float alpha = 1, sigma = 0;
};
NoiseLevel noiseLevel(double t);

/// Live settings of a step.
struct DiffusionOptions {
  double learningRate = 2e-3;
  double weightDecay = 0.01;  ///< decoupled
  double clip = 1;            ///< of the gradient's norm
  /// A deterministic regressor instead: z = 0 in (at t = 0), the sample itself out, by mean square.
  bool regress = false;
  double emaDecay = 0.99;  ///< decay at step k is min(emaDecay, (1 + k) / (10 + k)); 0 keeps the raw weights
};

/// Samples and their prompts, borrowed: sample i is [planes][rows][columns], prompt i [promptLength].
struct DiffusionBatch {
  std::vector<const float*> samples;
  std::vector<const float*> prompts;
  int count() const { return static_cast<int>(samples.size()); }
};

/// Standard normals, two from each output of a stream (Box-Muller on 32-bit uniforms).
void fillNormals(RandomStream& random, std::span<float> values);

/// Trains a denoiser to predict the noise by mean square, with antithetic times t_i = (i + u)/B, AdamW (.9, .999) and a
/// running mean of the weights. Owns all buffers: a step of unchanged batch size allocates nothing. Random streams of
/// its own: "diffusion.start" for the weights, "diffusion.noise" for times and noise.
class DiffusionTrainer {
 public:
  RandomStream& noise() { return noise_; }
  /// `startScale` multiplies the uniform start of all weights.
  DiffusionTrainer(std::unique_ptr<Denoiser> net, std::uint64_t seed, double startScale);

  const Denoiser& net() const { return *net_; }
  std::int64_t steps() const { return steps_; }
  /// The weights, and their running mean, which samples are drawn with; [net().parameters().count()].
  const AlignedVector<float>& weights() const { return weights_; }
  const AlignedVector<float>& means() const { return means_; }

  /// One step; the mean square error before it. Throws NumericError, the state being as before, if the loss or the
  /// gradient is not finite.
  double step(const DiffusionBatch& batch, const DiffusionOptions& options);
  /// Gradient of the last step(), before clipping.
  const AlignedVector<float>& gradient() const { return gradient_; }
  /// Mean square error of each sample with the running mean of the weights, at times (i + .5)/B and noise from `noise`.
  std::vector<double> losses(const DiffusionBatch& batch, RandomStream noise, bool regress = false);

  State save() const;
  /// Throws DataError if the state is of another network.
  void load(const State& state);

 private:
  void loadBlock(const DiffusionBatch& batch, int first, std::span<const double> times);
  double blockError(const DiffusionBatch& batch, int first, float scale, std::vector<double>* each);
  double pass(const DiffusionBatch& batch, double shift);
  void update(const DiffusionOptions& options, double norm);

  std::unique_ptr<Denoiser> net_;
  AlignedVector<float> weights_, means_, moment1_, moment2_, gradient_;
  RandomStream noise_;
  std::int64_t steps_ = 0;
  bool regress_ = false;                  ///< of the pass under way
  AlignedVector<float> normals_;          ///< [B][values of a sample]
  AlignedVector<float> times_, prompts_;  ///< [16], [promptLength][16]
  std::vector<double> batchTimes_;
  PromptCodes codes_, timeCodes_;
  std::size_t values_ = 0;  ///< of one sample
};

/// Draws samples with a denoiser of its own by deterministic DDIM: t uniform 1 -> 0, x0 clamped and eps recomputed from
/// it, the last x0 returned.
class DdimSampler {
 public:
  explicit DdimSampler(std::unique_ptr<Denoiser> net);
  Denoiser& net() { return *net_; }
  /// Values of one sample.
  std::size_t values() const { return values_; }
  /// Takes over weights; they must outlive the sampling.
  void use(const float* weights) { net_->use(weights); }
  /// Codes of one prompt in all lanes.
  void codes(std::span<const float> prompt, PromptCodes& codes);

  struct Guide {
    int steps = 12;
    float clamp = 1.5f;                 ///< of |x0|
    const PromptCodes* null = nullptr;  ///< codes of the null prompt; eps = eps_null + weight (eps - eps_null)
    float weight = 1;
    bool regress = false;  ///< of a network that was trained to: one pass from 0, whatever the noise
  };
  /// 16 samples [16][values] from noise [16][values], lane by lane.
  void sample(const PromptCodes& codes, const Guide& guide, const float* noise, float* samples);

 private:
  void predict(const PromptCodes& codes, AlignedVector<float>& eps);
  void denoise(const PromptCodes& codes, const Guide& guide, const float* noise);
  void regress(const PromptCodes& codes, const Guide& guide);

  std::unique_ptr<Denoiser> net_;
  AlignedVector<float> state_, eps_, nullEps_, times_, prompts_;  ///< [values][16]
  PromptCodes timeCodes_, sum_;
  std::size_t values_ = 0;
};

}  // namespace learnscope
