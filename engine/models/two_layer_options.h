// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace learnscope {

enum class Activation { Square, Relu, SquaredRelu, Silu };
/// ClassCentred: mean_i ||(O_i - mean_c O_i) - (e_y - 1/M)||^2. MeanSquare: mean over all n*M entries of (O - e_y)^2.
/// CrossEntropy: mean_i -log softmax(O_i)_y.
enum class LossKind { ClassCentred, MeanSquare, CrossEntropy };
enum class OptimizerKind { Adam, AdamW, Sgd, Muon };
enum class Precision { Float32, Float64 };
/// Native: hand-written kernels and OpenBLAS on one core. TorchCpu, TorchCuda: the same step with LibTorch tensors.
enum class Backend { Native, TorchCpu, TorchCuda };

/// Ids: "square", "relu", "squaredRelu", "silu"; "classCentred", "meanSquare", "crossEntropy"; "adam", "adamW", "sgd",
/// "muon"; "float32", "float64"; "native", "torchCpu", "torchCuda". Reading throws ConfigError at `pointer` with the
/// nearest known id.
std::string_view idOf(Activation value);
std::string_view idOf(LossKind value);
std::string_view idOf(OptimizerKind value);
std::string_view idOf(Precision value);
std::string_view idOf(Backend value);
Activation activationFrom(const std::string& id, const std::string& pointer = "/activation");
LossKind lossFrom(const std::string& id, const std::string& pointer = "/loss");
OptimizerKind optimizerFrom(const std::string& id, const std::string& pointer = "/optimizer");
Precision precisionFrom(const std::string& id, const std::string& pointer = "/precision");
Backend backendFrom(const std::string& id, const std::string& pointer = "/backend");

/// Everything that decides a training step of the two-layer net O = beta * sigma(X W) V. Entries marked live may change
/// between steps (TwoLayerTrainer::change).
struct TwoLayerOptions {
  int hidden = 256;  ///< K, >= 1
  Activation activation = Activation::Square;
  double inputInit = 1;    ///< sW: multiplier of W's U(-1/sqrt(2M), 1/sqrt(2M))
  double outputInit = 1;   ///< sV: multiplier of V's U(-1/sqrt(K), 1/sqrt(K)); 0 = zero-init
  double outputScale = 1;  ///< beta; live
  /// Kumar et al.'s laziness alpha: the function is alpha * (f - f0), f0 the net at initialisation, and SGD's learning
  /// rate is divided by alpha^2. 0 = off (the function is f).
  double laziness = 0;
  LossKind loss = LossKind::ClassCentred;
  OptimizerKind optimizer = OptimizerKind::Adam;  ///< live; a switch resets its state
  double learningRate = 1e-3;                     ///< live
  double weightDecay = 2e-4;  ///< coupled L2 for Adam and SGD, decoupled for AdamW and Muon's W; live
  double beta1 = 0.9;         ///< Adam's first beta, SGD's momentum; live
  double beta2 = 0.999;       ///< live
  int batch = 0;              ///< 0 = all n pairs, else pairs a step (at most n); live
  bool freezeInput = false;   ///< W stays; live
  bool freezeOutput = false;  ///< V stays; live
  /// Before each step V <- (F^T F + eta I)^{-1} F^T Y (V is then not trained by the optimizer); squared losses only;
  /// live.
  bool ridgeOutput = false;
  double ridge = 0;  ///< eta; 0 = the theory's n * weightDecay / 2; live
  Precision precision = Precision::Float32;
  Backend backend = Backend::Native;

  /// Throws ConfigError with every problem: out of range or not finite values, ridge with cross-entropy or laziness,
  /// Muon, ridge or laziness on a LibTorch backend.
  void check() const;
};

}  // namespace learnscope
