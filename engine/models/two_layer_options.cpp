// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/two_layer_options.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<Activation, 4> kActivations{{{Activation::Square, "square"},
                                             {Activation::Relu, "relu"},
                                             {Activation::SquaredRelu, "squaredRelu"},
                                             {Activation::Silu, "silu"}}};
constexpr Names<LossKind, 3> kLosses{{{LossKind::ClassCentred, "classCentred"},
                                      {LossKind::MeanSquare, "meanSquare"},
                                      {LossKind::CrossEntropy, "crossEntropy"}}};
constexpr Names<OptimizerKind, 4> kOptimizers{{{OptimizerKind::Adam, "adam"},
                                               {OptimizerKind::AdamW, "adamW"},
                                               {OptimizerKind::Sgd, "sgd"},
                                               {OptimizerKind::Muon, "muon"}}};
constexpr Names<Precision, 2> kPrecisions{{{Precision::Float32, "float32"}, {Precision::Float64, "float64"}}};
constexpr Names<Backend, 3> kBackends{
    {{Backend::Native, "native"}, {Backend::TorchCpu, "torchCpu"}, {Backend::TorchCuda, "torchCuda"}}};

template <class E, std::size_t N>
std::string_view idIn(const Names<E, N>& names, E value) {
  for (const auto& [known, id] : names)
    if (known == value) return id;
  return {};
}

template <class E, std::size_t N>
E valueIn(const Names<E, N>& names, const std::string& id, const std::string& pointer) {
  std::string allowed = "one of ";
  std::vector<std::string> ids;
  for (const auto& [value, known] : names) {
    if (known == id) return value;
    allowed += (ids.empty() ? "" : ", ") + std::string(known);
    ids.emplace_back(known);
  }
  const std::string nearest = nearestName(id, ids);
  if (!nearest.empty()) allowed += "; did you mean " + nearest + "?";
  throw ConfigError(pointer, id, allowed);
}

std::string textOf(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

// Collects what is wrong with real values.
struct Checker {
  std::vector<Problem> problems;
  void real(const char* pointer, double value, double low, double high, const char* allowed) {
    if (!(std::isfinite(value) && value >= low && value <= high)) problems.push_back({pointer, textOf(value), allowed});
  }
};

constexpr double kLargest = 1e30;

}  // namespace

std::string_view idOf(Activation value) { return idIn(kActivations, value); }
std::string_view idOf(LossKind value) { return idIn(kLosses, value); }
std::string_view idOf(OptimizerKind value) { return idIn(kOptimizers, value); }
std::string_view idOf(Precision value) { return idIn(kPrecisions, value); }
std::string_view idOf(Backend value) { return idIn(kBackends, value); }

Activation activationFrom(const std::string& id, const std::string& pointer) {
  return valueIn(kActivations, id, pointer);
}
LossKind lossFrom(const std::string& id, const std::string& pointer) { return valueIn(kLosses, id, pointer); }
OptimizerKind optimizerFrom(const std::string& id, const std::string& pointer) {
  return valueIn(kOptimizers, id, pointer);
}
Precision precisionFrom(const std::string& id, const std::string& pointer) { return valueIn(kPrecisions, id, pointer); }
Backend backendFrom(const std::string& id, const std::string& pointer) { return valueIn(kBackends, id, pointer); }

void TwoLayerOptions::check() const {
  Checker checker;
  constexpr int kMostNeurons = 1 << 20;
  if (hidden < 1 || hidden > kMostNeurons)
    checker.problems.push_back({"/hidden", std::to_string(hidden), "integer in 1..1048576"});
  checker.real("/inputInit", inputInit, 0, kLargest, "finite and not negative");
  checker.real("/outputInit", outputInit, 0, kLargest, "finite and not negative");
  checker.real("/outputScale", outputScale, -kLargest, kLargest, "finite");
  checker.real("/laziness", laziness, 0, kLargest, "finite and not negative");
  checker.real("/learningRate", learningRate, 0, kLargest, "finite and not negative");
  checker.real("/weightDecay", weightDecay, 0, kLargest, "finite and not negative");
  checker.real("/beta1", beta1, 0, std::nextafter(1.0, 0.0), "in [0, 1)");
  checker.real("/beta2", beta2, 0, std::nextafter(1.0, 0.0), "in [0, 1)");
  checker.real("/ridge", ridge, 0, kLargest, "finite and not negative");
  if (batch < 0) checker.problems.push_back({"/batch", std::to_string(batch), "0 (all pairs) or more"});
  if (ridgeOutput && loss == LossKind::CrossEntropy)
    checker.problems.push_back({"/ridgeOutput", "true", "ridge output layer needs a squared loss"});
  if (ridgeOutput && laziness > 0)
    checker.problems.push_back({"/ridgeOutput", "true", "ridge output layer needs laziness 0"});
  if (backend != Backend::Native) {
    const auto native = [&](bool fits, const char* pointer, const std::string& value) {
      if (!fits) checker.problems.push_back({pointer, value, "needs the native backend"});
    };
    native(optimizer != OptimizerKind::Muon, "/optimizer", "muon");
    native(!ridgeOutput, "/ridgeOutput", "true");
    native(!(laziness > 0), "/laziness", textOf(laziness));
  }
  if (!checker.problems.empty()) throw ConfigError(std::move(checker.problems));
}

}  // namespace learnscope
