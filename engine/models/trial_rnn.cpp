// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/trial_rnn.h"

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "engine/core/errors.h"
#include "engine/models/blas.h"

namespace learnscope {
namespace {

constexpr std::array<std::pair<TrialActivation, std::string_view>, 3> activations{
    {{TrialActivation::Relu, "relu"}, {TrialActivation::Tanh, "tanh"}, {TrialActivation::Linear, "linear"}}};

void drawUniform(AlignedVector<float>& values, int fanIn, RandomStream& random) {
  const double bound = 1 / std::sqrt(static_cast<double>(fanIn));
  for (float& value : values) value = static_cast<float>(random.uniform(-bound, bound));
}

std::size_t product(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

}  // namespace

std::string_view idOf(TrialActivation activation) {
  for (const auto& [value, id] : activations)
    if (value == activation) return id;
  return {};
}

TrialActivation trialActivationFrom(const std::string& id, const std::string& pointer) {
  std::vector<std::string> known;
  for (const auto& [value, name] : activations) {
    if (name == id) return value;
    known.emplace_back(name);
  }
  const std::string nearest = nearestName(id, known);
  throw ConfigError(pointer, id,
                    "one of relu, tanh, linear" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

void TrialRnn::drawInput(RandomStream random) {
  input.resize(product(hidden, inputs));
  drawUniform(input, inputs, random);
}

void TrialRnn::drawReadout(RandomStream random) {
  readout.resize(product(outputs, hidden));
  drawUniform(readout, hidden, random);
}

void forward(const TrialRnn& net, std::span<const float> x, int trials, int steps, bool withLogits,
             TrialRnnActivity& activity) {
  const int n = net.hidden, rows = trials * steps;
  const TrialRnnKernels& kernels = trialRnnKernels();
  if (x.size() != product(rows, net.inputs)) throw std::invalid_argument("forward: inputs of another size");
  activity.trials = trials;
  activity.steps = steps;
  activity.hidden.resize(product(rows, n));
  float* h = activity.hidden.data();
  // All input currents at once; each step then adds the recurrent current.
  gemm(Transpose::No, Transpose::Yes, rows, n, net.inputs, net.leak, x.data(), net.inputs, net.input.data(), net.inputs,
       0.0F, h, n);
  const auto step = product(trials, n);
  for (int t = 0; t < steps; ++t) {
    float* now = h + static_cast<std::size_t>(t) * step;
    if (t == 0) {
      kernels.activate(net.activation, now, static_cast<long>(step));
      continue;
    }
    const float* before = now - step;
    gemm(Transpose::No, Transpose::Yes, trials, n, n, net.leak, before, n, net.recurrent.data(), n, 1.0F, now, n);
    if (net.leak < 1)
      kernels.activateLeaky(net.activation, now, before, 1 - net.leak, static_cast<long>(step));
    else
      kernels.activate(net.activation, now, static_cast<long>(step));
  }
  if (!withLogits) return;
  activity.logits.resize(product(rows, net.outputs));
  gemm(Transpose::No, Transpose::Yes, rows, net.outputs, n, 1.0F, h, n, net.readout.data(), n, 0.0F,
       activity.logits.data(), net.outputs);
}

TrialScore score(const TrialRnn& net, std::span<const std::int32_t> target, TrialRnnActivity& activity) {
  const int rows = activity.trials * activity.steps;
  const TrialRnnKernels& kernels = trialRnnKernels();
  const auto counted = static_cast<int>(target.size());
  if (counted != rows && counted != activity.trials) throw std::invalid_argument("score: targets of another size");
  const int last = activity.trials, skipped = rows - counted, others = counted - last;
  float* logits = activity.logits.data();
  const float scale = 1.0F / static_cast<float>(counted);
  std::fill_n(logits, product(skipped, net.outputs), 0.0F);
  long rightOthers = 0, rightLast = 0;
  double total = 0;
  if (others > 0)
    total += kernels.crossEntropy(logits + product(skipped, net.outputs), target.data(), others, net.outputs, scale,
                                  &rightOthers);
  total += kernels.crossEntropy(logits + product(rows - last, net.outputs), target.data() + others, last, net.outputs,
                                scale, &rightLast);
  return {total / counted, static_cast<double>(rightLast) / last,
          others > 0 ? static_cast<double>(rightOthers) / others : std::numeric_limits<double>::quiet_NaN()};
}

void backward(const TrialRnn& net, std::span<const float> x, TrialRnnActivity& activity, TrialRnnWeights& gradient) {
  const int n = net.hidden, trials = activity.trials, steps = activity.steps, rows = trials * steps;
  const TrialRnnKernels& kernels = trialRnnKernels();
  gradient.input.resize(net.input.size());
  gradient.recurrent.resize(net.recurrent.size());
  gradient.readout.resize(net.readout.size());
  activity.gradient.resize(activity.hidden.size());
  const float* h = activity.hidden.data();
  const float* dOut = activity.logits.data();
  float* g = activity.gradient.data();
  gemm(Transpose::Yes, Transpose::No, net.outputs, n, rows, 1.0F, dOut, net.outputs, h, n, 0.0F,
       gradient.readout.data(), n);
  gemm(Transpose::No, Transpose::No, rows, n, net.outputs, 1.0F, dOut, net.outputs, net.readout.data(), n, 0.0F, g, n);
  const auto step = product(trials, n);
  for (int t = steps - 1; t >= 0; --t) {
    float* now = g + static_cast<std::size_t>(t) * step;
    kernels.throughActivation(net.activation, now, h + static_cast<std::size_t>(t) * step, static_cast<long>(step));
    if (t == 0) break;
    float* before = now - step;
    gemm(Transpose::No, Transpose::No, trials, n, n, net.leak, now, n, net.recurrent.data(), n, 1.0F, before, n);
    if (net.leak < 1) kernels.addScaled(before, now, 1 - net.leak, static_cast<long>(step));
  }
  // h_{-1} = 0: the first step has no part in dL/dW.
  gemm(Transpose::Yes, Transpose::No, n, n, rows - trials, net.leak, g + step, n, h, n, 0.0F, gradient.recurrent.data(),
       n);
  gemm(Transpose::Yes, Transpose::No, n, net.inputs, rows, net.leak, g, n, x.data(), net.inputs, 0.0F,
       gradient.input.data(), net.inputs);
}

}  // namespace learnscope
