// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/state.h"
#include "engine/measures/sinkhorn.h"
#include "engine/models/bulk_stream.h"
#include "engine/models/symbol_rnn.h"

namespace learnscope {

/// Gaussian: fresh every step; Frozen: the same block of noise every step; Mixed: (1 - gamma) frozen + gamma fresh (its
/// variance is smaller in between, as published); None: silence.
enum class NoiseKind : int { Gaussian, Frozen, Mixed, None };

/// What may change while training.
struct RnnTraining {
  int batch = 128;         ///< B
  int length = 60;         ///< L
  int window = 10;         ///< w; 0 = whole sequences
  int windows = 512;       ///< n_w, at most B * floor(L / w)
  double blur = 1;         ///< eps = blur^2
  double temperature = 1;  ///< tau of the straight-through gradient
  double learningRate = 1e-3, beta1 = 0.9, beta2 = 0.9;
  double clip = 0.9;       ///< of the gradient's norm; 0 = none
  double activity = 0.01;  ///< lambda_h of lambda_h mean(h^2)
  double weightDecay = 0;  ///< added to the gradient times the weight
  double sigma = 1;        ///< standard deviation of the noise
  NoiseKind noise = NoiseKind::Gaussian;
  double mixture = 0.5;  ///< gamma
  bool operator==(const RnnTraining&) const = default;

  /// Windows in a batch, or sequences.
  int clouds() const { return window == 0 ? batch : std::min(windows, batch * (length / window)); }
  int width() const { return window == 0 ? length : window; }
};

/// Trains a recurrent net on noise to emit the symbol sequences of a process: Sinkhorn divergence between windows of
/// generated and target sequences, its closed-form gradient passed straight through the sampled symbols (Gumbel, tau)
/// and back through time by hand-written kernels; Adam, gradient-norm clipping (Torre et al. 2025).
/// Streams "weights", "noise", "gumbel", "windows" of the seed. A step allocates nothing. T is float or double.
template <class T>
class SymbolRnnTrainer {
 public:
  SymbolRnnTrainer(const RnnShape& shape, const RnnTraining& options, std::uint64_t seed);

  /// One step towards target sequences [B][L]. Throws NumericError; weights and streams are then as before.
  void step(std::span<const std::uint8_t> targets);
  /// The gradient of a step, not applied; returns the S_eps of its windows plus the activity term. Moves the streams.
  double gradients(std::span<const std::uint8_t> targets);
  const AlignedVector<T>& gradient() const { return gradient_; }

  std::int64_t steps() const { return steps_; }
  const RnnWeights<T>& weights() const { return weights_; }
  RnnWeights<T>& mutableWeights() { return weights_; }
  const RnnTraining& options() const { return options_; }
  void change(const RnnTraining& options);
  /// Forgets Adam's moments.
  void resetOptimizer();
  /// Adds the two bias vectors to a net without (zero), keeping everything else.
  void addBias();

  /// Sequences as the last forward pass emitted them, time-major [L][B]; for tests.
  const AlignedVector<std::uint8_t>& emitted() const { return symbols_; }
  /// dS/dX of the last gradients() at the emitted symbols, symbol-major [K][L * B], before it went through them.
  const AlignedVector<T>& symbolGradient() const { return directGradient_; }

  State save() const;
  /// Throws DataError if names or shapes do not fit.
  void load(const State& state);

 private:
  using Vector = AlignedVector<T>;
  void sizeBuffers();
  void drawNoise();
  void forward();
  void chooseWindows();
  void gather(const std::uint8_t* from, long stepStride, long sequenceStride, std::uint64_t* order,
              AlignedVector<std::uint8_t>& out);
  void scatter(const AlignedVector<T>& dX);
  void backward(double activityShare);
  void update();
  double clipFactor();

  RnnWeights<T> weights_;
  RnnTraining options_;
  Vector gradient_, moment1_, moment2_;
  EffectiveRnn<T> effective_;
  Sinkhorn<T> sinkhorn_;
  BulkStream noise_, gumbel_;
  RandomStream windowsStream_;
  std::uint64_t seed_;
  std::int64_t steps_ = 0, optimizerSteps_ = 0;
  int offset_ = 0;

  Vector x_, frozen_;                                        ///< noise [L][B][d]
  Vector h_;                                                 ///< h_0 .. h_L [L + 1][B][H]
  Vector delta_;                                             ///< dLoss/dz [L][B][H]
  Vector logits_, gumbels_, soft_, symbolGradient_;          ///< [K][L * B]
  Vector directGradient_;                                    ///< a copy of symbolGradient_, by gradients() alone
  AlignedVector<std::uint8_t> symbols_;                      ///< [L][B]
  AlignedVector<std::uint8_t> generated_, target_;           ///< chosen windows [w][n_w]
  std::vector<std::uint64_t> generatedOrder_, targetOrder_;  ///< a shuffle of all windows; its first n_w are chosen
};

}  // namespace learnscope
