// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/aligned.h"
#include "engine/models/batch_order.h"
#include "engine/models/newton_schulz.h"
#include "engine/models/ridge.h"
#include "engine/models/two_layer_kernels.h"
#include "engine/models/two_layer_trainer.h"

namespace learnscope {

/// The two-layer trainer on OpenBLAS and the kernels of two_layer_kernels.h. The samples go through in blocks that stay
/// in the cache: gather and activate, product with V, residual, dV, dF, scatter. The hidden pre-activations are
/// computed twice instead of being stored, and the dense one-hot batch is never formed: 6nKM flop a step.
template <class T>
class NativeTrainer final : public TwoLayerTrainer {
 public:
  NativeTrainer(const TwoLayerOptions& options, const PairTask& task, std::uint64_t seed);

  double step() override;
  std::int64_t steps() const override { return steps_; }
  double computeGradients() override;
  AnyTwoLayerNet gradients() override;
  AnyTwoLayerNet net() const override;
  void setWeights(std::span<const double> inputWeights, std::span<const double> outputWeights) override;
  void outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, float* o) override;
  void outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, double* o) override;
  const TwoLayerOptions& options() const override { return options_; }
  void change(const TwoLayerOptions& options) override;
  void setTask(const PairTask& task) override;
  void addNeurons(int count, RandomStream random) override;
  void killNeuron(int neuron) override;
  void reseedNeuron(int neuron, RandomStream random) override;
  State save() const override;
  void load(const State& state) override;

 private:
  using Vector = AlignedVector<T>;
  /// A weight matrix with its gradient and the optimizer's moments, all of one shape.
  struct Parameter {
    Vector weights, gradient, moment1, moment2;
    void resize(std::size_t size);
    void resetMoments();
  };

  std::size_t parameterSize(int rows) const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(options_.hidden);
  }
  int blockRows() const;
  /// alpha * beta: what multiplies F V.
  T outputFactor() const;
  void sizeBuffers();
  void resetOptimizer();
  void findInitialOutputs();
  double pass(const PairRows& rows, bool inputGradient, bool outputGradient);
  void subtractInitialOutputs(const std::int32_t* left, const std::int32_t* right, int count, T* o) const;
  bool solveRidge(const PairRows& rows);
  void update();
  void adam(Parameter& parameter, bool decoupled);
  void muonInput();
  template <class U>
  void blockedOutputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, U* o);
  void checkNeuron(int neuron) const;

  TwoLayerOptions options_;
  std::uint64_t seed_;
  int order_;
  const TwoLayerKernels<T>& kernels_;
  BatchOrder batches_;
  Parameter input_;        ///< W [2M, K]
  Parameter output_;       ///< V [K, M]
  Vector features_;        ///< F of a block, then dL/dF in its place [block, K]
  Vector logits_;          ///< O of a block, then dL/dO [block, M]
  Vector initialOutputs_;  ///< beta-free f0 of every pair a*M + b [M^2, M], empty unless lazy
  Vector ridgeWeights_;    ///< the other buffer of V
  NewtonSchulz<T> newtonSchulz_;
  RidgeSolver ridge_;
  int initialHidden_;
  std::int64_t steps_ = 0;
  std::int64_t optimizerSteps_ = 0;  ///< since the optimizer's state was fresh
};

}  // namespace learnscope
