// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/native_trainer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/core/errors.h"
#include "engine/models/blas.h"
#include "engine/models/trainer_state.h"
#include "engine/models/two_layer_init.h"

namespace learnscope {

template <class T>
void NativeTrainer<T>::Parameter::resize(std::size_t size) {
  weights.resize(size);
  gradient.assign(size, T(0));
  moment1.resize(size);
  moment2.resize(size);
}

template <class T>
void NativeTrainer<T>::Parameter::resetMoments() {
  std::fill(moment1.begin(), moment1.end(), T(0));
  std::fill(moment2.begin(), moment2.end(), T(0));
}

template <class T>
NativeTrainer<T>::NativeTrainer(const TwoLayerOptions& options, const PairTask& task, std::uint64_t seed)
    : options_(options),
      seed_(seed),
      order_(task.order()),
      kernels_(twoLayerKernels<T>()),
      batches_(task, seed, options.batch),
      initialHidden_(options.hidden) {
  options_.check();
  sizeBuffers();
  drawInitialWeights(options_, order_, seed_, input_.weights.data(), output_.weights.data());
  resetOptimizer();
  findInitialOutputs();
}

template <class T>
int NativeTrainer<T>::blockRows() const {
  // About half a megabyte of features stays in the second-level cache; fewer rows would make the products slow.
  constexpr int kFeatures = 131072;
  return std::min(std::max(kFeatures / options_.hidden, 256), std::max(order_ * order_, 1));
}

template <class T>
T NativeTrainer<T>::outputFactor() const {
  return static_cast<T>(options_.laziness > 0 ? options_.laziness * options_.outputScale : options_.outputScale);
}

template <class T>
void NativeTrainer<T>::sizeBuffers() {
  input_.resize(parameterSize(2 * order_));
  output_.resize(parameterSize(order_));
  features_.resize(parameterSize(blockRows()));
  logits_.resize(static_cast<std::size_t>(blockRows()) * static_cast<std::size_t>(order_));
  if (options_.ridgeOutput) {
    ridge_.resize(options_.hidden, order_, blockRows());
    ridgeWeights_.resize(parameterSize(order_));
  }
  if (options_.optimizer == OptimizerKind::Muon) newtonSchulz_.resize(2 * order_, options_.hidden);
}

template <class T>
void NativeTrainer<T>::resetOptimizer() {
  input_.resetMoments();
  output_.resetMoments();
  optimizerSteps_ = 0;
}

// f0 follows from options and seed alone, so checkpoints need not carry it.
template <class T>
void NativeTrainer<T>::findInitialOutputs() {
  initialOutputs_.clear();
  if (options_.laziness == 0) return;
  const auto m = static_cast<std::size_t>(order_);
  const auto k = static_cast<std::size_t>(initialHidden_);
  TwoLayerOptions initial = options_;
  initial.hidden = initialHidden_;
  Vector w(2 * m * k), v(m * k), work(m * k);
  drawInitialWeights(initial, order_, seed_, w.data(), v.data());
  const TwoLayerNet<T> net{order_, initialHidden_, options_.activation, T(1), w.data(), v.data()};
  initialOutputs_.resize(m * m * m);
  std::vector<std::int32_t> left(m), right(m);
  for (std::size_t b = 0; b < m; ++b) right[b] = static_cast<std::int32_t>(b);
  for (std::size_t a = 0; a < m; ++a) {
    std::fill(left.begin(), left.end(), static_cast<std::int32_t>(a));
    outputsOf<T>(net, left, right, work.data(), initialOutputs_.data() + a * m * m);
  }
}

template <class T>
void NativeTrainer<T>::subtractInitialOutputs(const std::int32_t* left, const std::int32_t* right, int count,
                                              T* o) const {
  if (initialOutputs_.empty()) return;
  const T factor = outputFactor();
  for (long i = 0; i < count; ++i) {
    const T* initial = initialOutputs_.data() + (left[i] * static_cast<long>(order_) + right[i]) * order_;
    for (long c = 0; c < order_; ++c) o[i * order_ + c] -= factor * initial[c];
  }
}

template <class T>
double NativeTrainer<T>::pass(const PairRows& rows, bool inputGradient, bool outputGradient) {
  const int k = options_.hidden, m = order_, n = rows.count(), block = blockRows();
  const T factor = outputFactor();
  const T scale = static_cast<T>(1.0 / n);
  T* f = features_.data();
  T* o = logits_.data();
  const T* v = output_.weights.data();
  std::fill(input_.gradient.begin(), input_.gradient.end(), T(0));
  std::fill(output_.gradient.begin(), output_.gradient.end(), T(0));
  double loss = 0;
  for (int first = 0; first < n; first += block) {
    const int count = std::min(block, n - first);
    const std::int32_t* left = rows.left.data() + first;
    const std::int32_t* right = rows.right.data() + first;
    kernels_.gather(options_.activation, input_.weights.data(), m, k, left, right, count, f);
    gemm(Transpose::No, Transpose::No, count, m, k, factor, f, k, v, m, T(0), o, m);
    subtractInitialOutputs(left, right, count, o);
    loss += kernels_.residual(options_.loss, o, rows.target.data() + first, count, m, scale);
    if (outputGradient)
      gemm(Transpose::Yes, Transpose::No, k, m, count, factor, f, k, o, m, T(1), output_.gradient.data(), m);
    if (!inputGradient) continue;
    gemm(Transpose::No, Transpose::Yes, count, k, m, factor, o, m, v, m, T(0), f, k);
    kernels_.scatter(options_.activation, input_.weights.data(), m, k, left, right, count, f, input_.gradient.data());
  }
  return loss / n;
}

template <class T>
bool NativeTrainer<T>::solveRidge(const PairRows& rows) {
  const int n = rows.count(), block = blockRows();
  ridge_.begin();
  for (int first = 0; first < n; first += block) {
    const int count = std::min(block, n - first);
    kernels_.gather(options_.activation, input_.weights.data(), order_, options_.hidden, rows.left.data() + first,
                    rows.right.data() + first, count, features_.data());
    ridge_.add(features_.data(), rows.target.data() + first, count, options_.outputScale);
  }
  const double eta = options_.ridge > 0 ? options_.ridge : n * options_.weightDecay / 2;
  if (!ridge_.solve(eta, ridgeWeights_.data())) return false;
  output_.weights.swap(ridgeWeights_);
  return true;
}

template <class T>
double NativeTrainer<T>::step() {
  const BatchOrder::Position before = batches_.position();
  const PairRows& rows = batches_.next();
  const bool ridge = options_.ridgeOutput && !options_.freezeOutput;
  if (ridge && !solveRidge(rows)) {
    batches_.setPosition(before);
    throw NumericError(steps_, "the ridge output layer has no finite solution");
  }
  const double loss = pass(rows, !options_.freezeInput, !options_.freezeOutput && !ridge);
  const auto finite = [&](const Vector& g) { return kernels_.finite(g.data(), static_cast<long>(g.size())); };
  if (!std::isfinite(loss) || !finite(input_.gradient) || !finite(output_.gradient)) {
    if (ridge) output_.weights.swap(ridgeWeights_);
    batches_.setPosition(before);
    throw NumericError(steps_, std::isfinite(loss) ? "a gradient is not finite" : "the loss is not finite");
  }
  update();
  ++steps_;
  return loss;
}

template <class T>
void NativeTrainer<T>::update() {
  ++optimizerSteps_;
  const bool trainInput = !options_.freezeInput;
  const bool trainOutput = !options_.freezeOutput && !options_.ridgeOutput;
  if (options_.optimizer == OptimizerKind::Sgd) {
    const double slowed = options_.laziness > 0 ? options_.laziness * options_.laziness : 1;
    const auto sgd = [&](Parameter& p) {
      kernels_.sgd(p.weights.data(), p.moment1.data(), p.gradient.data(), static_cast<long>(p.weights.size()),
                   static_cast<T>(options_.learningRate / slowed), static_cast<T>(options_.beta1),
                   static_cast<T>(options_.weightDecay));
    };
    if (trainInput) sgd(input_);
    if (trainOutput) sgd(output_);
    return;
  }
  const bool decoupled = options_.optimizer == OptimizerKind::AdamW;
  if (trainInput && options_.optimizer == OptimizerKind::Muon) muonInput();
  if (trainInput && options_.optimizer != OptimizerKind::Muon) adam(input_, decoupled);
  if (trainOutput) adam(output_, decoupled);
}

template <class T>
void NativeTrainer<T>::adam(Parameter& p, bool decoupled) {
  const double t = static_cast<double>(optimizerSteps_);
  const double correction1 = 1 - std::pow(options_.beta1, t);
  const double correction2 = 1 - std::pow(options_.beta2, t);
  const double shrink = decoupled ? 1 - options_.learningRate * options_.weightDecay : 1;
  kernels_.adam(p.weights.data(), p.moment1.data(), p.moment2.data(), p.gradient.data(),
                static_cast<long>(p.weights.size()), static_cast<T>(options_.learningRate / correction1),
                static_cast<T>(1 / std::sqrt(correction2)), static_cast<T>(options_.beta1),
                static_cast<T>(options_.beta2), static_cast<T>(decoupled ? 0 : options_.weightDecay),
                static_cast<T>(shrink));
}

// m <- 0.99 m + 0.01 g; w <- w (1 - lr wd) - lr NS(m) (Jordan et al. 2024, without Nesterov and shape factor).
template <class T>
void NativeTrainer<T>::muonInput() {
  Vector& m = input_.moment1;
  for (std::size_t i = 0; i < m.size(); ++i) m[i] = T(0.99) * m[i] + T(0.01) * input_.gradient[i];
  const T* direction = newtonSchulz_(m.data());
  const T shrink = static_cast<T>(1 - options_.learningRate * options_.weightDecay);
  const T rate = static_cast<T>(options_.learningRate);
  for (std::size_t i = 0; i < m.size(); ++i) input_.weights[i] = shrink * input_.weights[i] - rate * direction[i];
}

template <class T>
double NativeTrainer<T>::computeGradients() {
  return pass(batches_.all(), true, true);
}

template <class T>
AnyTwoLayerNet NativeTrainer<T>::gradients() {
  return TwoLayerNet<T>{order_,
                        options_.hidden,
                        options_.activation,
                        static_cast<T>(options_.outputScale),
                        input_.gradient.data(),
                        output_.gradient.data()};
}

template <class T>
AnyTwoLayerNet NativeTrainer<T>::net() const {
  return TwoLayerNet<T>{order_,
                        options_.hidden,
                        options_.activation,
                        static_cast<T>(options_.outputScale),
                        input_.weights.data(),
                        output_.weights.data()};
}

template <class T>
void NativeTrainer<T>::setWeights(std::span<const double> inputWeights, std::span<const double> outputWeights) {
  if (inputWeights.size() != input_.weights.size() || outputWeights.size() != output_.weights.size())
    throw std::invalid_argument("setWeights: wrong sizes");
  const auto narrow = [](double value) { return static_cast<T>(value); };
  std::transform(inputWeights.begin(), inputWeights.end(), input_.weights.begin(), narrow);
  std::transform(outputWeights.begin(), outputWeights.end(), output_.weights.begin(), narrow);
}

template <class T>
template <class U>
void NativeTrainer<T>::blockedOutputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, U* o) {
  const auto block = static_cast<std::size_t>(blockRows());
  const auto m = static_cast<std::size_t>(order_);
  TwoLayerNet<T> function = std::get<TwoLayerNet<T>>(net());
  function.outputScale = outputFactor();
  for (std::size_t first = 0; first < left.size(); first += block) {
    const std::size_t count = std::min(block, left.size() - first);
    outputsOf<T>(function, left.subspan(first, count), right.subspan(first, count), features_.data(), logits_.data());
    subtractInitialOutputs(left.data() + first, right.data() + first, static_cast<int>(count), logits_.data());
    for (std::size_t i = 0; i < count * m; ++i) o[first * m + i] = static_cast<U>(logits_[i]);
  }
}

template <class T>
void NativeTrainer<T>::outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, float* o) {
  blockedOutputs(left, right, o);
}

template <class T>
void NativeTrainer<T>::outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, double* o) {
  blockedOutputs(left, right, o);
}

template <class T>
void NativeTrainer<T>::change(const TwoLayerOptions& options) {
  options.check();
  requireOnlyLiveChanges(options_, options);
  const bool newOptimizer = options.optimizer != options_.optimizer;
  const bool newBatch = options.batch != options_.batch;
  options_ = options;
  if (newBatch) batches_.setBatch(options.batch);
  if (newOptimizer) resetOptimizer();
  sizeBuffers();
}

template <class T>
void NativeTrainer<T>::setTask(const PairTask& task) {
  if (task.order() != order_) throw std::invalid_argument("setTask: another order");
  batches_.setTask(task);
}

template <class T>
void NativeTrainer<T>::addNeurons(int count, RandomStream random) {
  TwoLayerOptions grown = options_;
  grown.hidden += count;
  if (count < 1) throw ConfigError("/count", std::to_string(count), "1 or more");
  grown.check();
  const int old = options_.hidden;
  options_ = grown;
  const Parameter oldInput = input_;
  sizeBuffers();
  // V grows at its end, where resize() left new values zero; W by columns.
  growColumns(oldInput.weights, 2 * order_, old, options_.hidden, input_.weights);
  growColumns(oldInput.moment1, 2 * order_, old, options_.hidden, input_.moment1);
  growColumns(oldInput.moment2, 2 * order_, old, options_.hidden, input_.moment2);
  drawNeurons(options_, order_, old, count, random, input_.weights.data(), output_.weights.data());
}

template <class T>
void NativeTrainer<T>::checkNeuron(int neuron) const {
  if (neuron < 0 || neuron >= options_.hidden)
    throw ConfigError("/neuron", std::to_string(neuron), "0.." + std::to_string(options_.hidden - 1));
}

template <class T>
void NativeTrainer<T>::killNeuron(int neuron) {
  checkNeuron(neuron);
  const auto j = static_cast<std::size_t>(neuron), k = static_cast<std::size_t>(options_.hidden);
  const auto m = static_cast<std::size_t>(order_);
  for (Vector* values : {&input_.weights, &input_.moment1, &input_.moment2})
    for (std::size_t i = 0; i < 2 * m; ++i) (*values)[i * k + j] = T(0);
  for (Vector* values : {&output_.weights, &output_.moment1, &output_.moment2})
    std::fill_n(values->begin() + static_cast<std::ptrdiff_t>(j * m), m, T(0));
}

template <class T>
void NativeTrainer<T>::reseedNeuron(int neuron, RandomStream random) {
  killNeuron(neuron);
  drawNeurons(options_, order_, neuron, 1, random, input_.weights.data(), output_.weights.data());
}

template <class T>
State NativeTrainer<T>::save() const {
  TrainerState<T> s{order_,         options_.hidden, input_.weights,  input_.moment1,
                    input_.moment2, output_.weights, output_.moment1, output_.moment2,
                    steps_,         optimizerSteps_, initialHidden_,  batches_.position()};
  return toState(s);
}

template <class T>
void NativeTrainer<T>::load(const State& state) {
  TrainerState<T> s = fromState<T>(state, order_);
  options_.hidden = s.hidden;
  sizeBuffers();
  input_.weights = std::move(s.inputWeights);
  input_.moment1 = std::move(s.inputMoment1);
  input_.moment2 = std::move(s.inputMoment2);
  output_.weights = std::move(s.outputWeights);
  output_.moment1 = std::move(s.outputMoment1);
  output_.moment2 = std::move(s.outputMoment2);
  steps_ = s.steps;
  optimizerSteps_ = s.optimizerSteps;
  batches_.setPosition(s.position);
  if (initialHidden_ != s.initialHidden) {
    initialHidden_ = s.initialHidden;
    findInitialOutputs();
  }
}

template class NativeTrainer<float>;
template class NativeTrainer<double>;

}  // namespace learnscope
