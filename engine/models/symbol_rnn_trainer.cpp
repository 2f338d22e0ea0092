// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/symbol_rnn_trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/errors.h"
#include "engine/models/blas.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {
namespace {

std::size_t cells(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

}  // namespace

template <class T>
SymbolRnnTrainer<T>::SymbolRnnTrainer(const RnnShape& shape, const RnnTraining& options, std::uint64_t seed)
    : weights_(shape),
      options_(options),
      gradient_(shape.parameters()),
      moment1_(shape.parameters()),
      moment2_(shape.parameters()),
      noise_(seed, "noise"),
      gumbel_(seed, "gumbel"),
      windowsStream_(seed, "windows"),
      seed_(seed) {
  RandomStream random(seed, "weights");
  weights_.initialise(random);
  sizeBuffers();
}

template <class T>
void SymbolRnnTrainer<T>::sizeBuffers() {
  const RnnShape& shape = weights_.shape;
  const std::size_t rows = cells(options_.length, options_.batch), symbols = static_cast<std::size_t>(shape.symbols);
  x_.resize(rows * static_cast<std::size_t>(shape.inputs));
  h_.assign((rows + static_cast<std::size_t>(options_.batch)) * static_cast<std::size_t>(shape.hidden), T(0));
  delta_.resize(rows * static_cast<std::size_t>(shape.hidden));
  for (Vector* wide : {&logits_, &gumbels_, &soft_, &symbolGradient_}) wide->resize(rows * symbols);
  symbols_.resize(rows);
  const int n = options_.clouds(), width = options_.width();
  sinkhorn_.resize(n, width, shape.symbols);
  generated_.resize(cells(n, width));
  target_.resize(cells(n, width));
  const std::size_t all =
      options_.window == 0 ? static_cast<std::size_t>(n) : cells(options_.batch, options_.length / options_.window);
  generatedOrder_.resize(all);
  targetOrder_.resize(all);
  frozen_.clear();
  if (options_.noise == NoiseKind::Frozen || options_.noise == NoiseKind::Mixed) {
    frozen_.resize(x_.size());
    BulkStream(seed_, "frozen-noise").normals(static_cast<long>(frozen_.size()), frozen_.data());
  }
  effective_.assign(weights_, options_.sigma);
}

template <class T>
void SymbolRnnTrainer<T>::change(const RnnTraining& options) {
  if (options == options_) return;
  options_ = options;
  sizeBuffers();
}

template <class T>
void SymbolRnnTrainer<T>::resetOptimizer() {
  std::fill(moment1_.begin(), moment1_.end(), T(0));
  std::fill(moment2_.begin(), moment2_.end(), T(0));
  optimizerSteps_ = 0;
}

template <class T>
void SymbolRnnTrainer<T>::addBias() {
  if (weights_.shape.bias) return;
  RnnShape shape = weights_.shape;
  shape.bias = true;
  weights_.shape = shape;
  for (Vector* values : {&weights_.values, &gradient_, &moment1_, &moment2_}) values->resize(shape.parameters(), T(0));
}

template <class T>
void SymbolRnnTrainer<T>::drawNoise() {
  const long count = static_cast<long>(x_.size());
  switch (options_.noise) {
    case NoiseKind::Frozen:
      std::copy(frozen_.begin(), frozen_.end(), x_.begin());
      return;
    case NoiseKind::None:
      std::fill(x_.begin(), x_.end(), T(0));
      return;
    case NoiseKind::Gaussian:
    case NoiseKind::Mixed:
      noise_.normals(count, x_.data());
  }
  if (options_.noise != NoiseKind::Mixed) return;
  const T fresh = static_cast<T>(options_.mixture), kept = T(1) - fresh;
  for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = kept * frozen_[i] + fresh * x_[i];
}

template <class T>
void SymbolRnnTrainer<T>::forward() {
  const auto& kernels = rnnKernels<T>();
  const RnnShape& shape = weights_.shape;
  const int rows = options_.length * options_.batch, h = shape.hidden, batch = options_.batch;
  const std::size_t slice = cells(batch, h);
  effective_.assign(weights_, options_.sigma);
  drawNoise();
  T* first = h_.data() + slice;
  effective_.drive(x_.data(), rows, first);
  for (int t = 0; t < options_.length; ++t) {
    T* now = first + static_cast<std::size_t>(t) * slice;
    if (t > 0)  // h_0 = 0
      gemm(Transpose::No, Transpose::Yes, batch, h, h, T(1), now - slice, h, effective_.w.data(), h, T(1), now, h);
    kernels.activate(shape.activation, now, static_cast<long>(slice));
  }
  gemm(Transpose::No, Transpose::Yes, shape.symbols, rows, h, T(1), weights_.c(), h, first, h, T(0), logits_.data(),
       rows);
  const long draws = static_cast<long>(gumbels_.size());
  gumbel_.gumbels(draws, gumbels_.data());
  kernels.emitSymbols(logits_.data(), gumbels_.data(), rows, shape.symbols, static_cast<T>(1 / options_.temperature),
                      symbols_.data(), soft_.data());
}

// Both batches are cut at one offset; n_w windows of each are drawn without replacement.
template <class T>
void SymbolRnnTrainer<T>::chooseWindows() {
  offset_ = 0;
  const auto n = static_cast<std::size_t>(options_.clouds());
  for (auto* order : {&generatedOrder_, &targetOrder_}) std::iota(order->begin(), order->end(), std::uint64_t{0});
  if (options_.window == 0) return;
  const int rest = options_.length % options_.window;
  offset_ = static_cast<int>(windowsStream_.below(static_cast<std::uint64_t>(rest) + 1));
  if (n == generatedOrder_.size()) return;
  for (auto* order : {&generatedOrder_, &targetOrder_})
    for (std::size_t i = 0; i < n; ++i) std::swap((*order)[i], (*order)[i + windowsStream_.below(order->size() - i)]);
}

template <class T>
void SymbolRnnTrainer<T>::gather(const std::uint8_t* from, long stepStride, long sequenceStride, std::uint64_t* order,
                                 AlignedVector<std::uint8_t>& out) {
  const int width = options_.width(), n = options_.clouds();
  const auto pieces = static_cast<std::uint64_t>(options_.length / width);
  for (int i = 0; i < n; ++i) {
    const long sequence = static_cast<long>(order[i] / pieces);
    const long start = offset_ + static_cast<long>(order[i] % pieces) * width;
    const std::uint8_t* symbol = from + sequence * sequenceStride + start * stepStride;
    for (long s = 0; s < width; ++s) out[static_cast<std::size_t>(s * n + i)] = symbol[s * stepStride];
  }
}

template <class T>
void SymbolRnnTrainer<T>::backward(double activityShare) {
  const auto& kernels = rnnKernels<T>();
  const RnnShape& shape = weights_.shape;
  const int rows = options_.length * options_.batch, h = shape.hidden, batch = options_.batch, d = shape.inputs;
  const std::size_t slice = cells(batch, h);
  kernels.throughEmission(soft_.data(), symbolGradient_.data(), rows, shape.symbols,
                          static_cast<T>(1 / options_.temperature));
  for (int t = options_.length - 1; t >= 0; --t) {
    T* now = delta_.data() + static_cast<std::size_t>(t) * slice;
    if (t == options_.length - 1)
      std::fill_n(now, slice, T(0));
    else
      gemm(Transpose::No, Transpose::No, batch, h, h, T(1), now + slice, h, effective_.w.data(), h, T(0), now, h);
    kernels.backStep(shape.activation, h_.data() + static_cast<std::size_t>(t + 1) * slice,
                     symbolGradient_.data() + cells(t, batch), rows, weights_.c(), batch, h, shape.symbols,
                     static_cast<T>(activityShare), now);
  }
  T* dw = gradient_.data();
  T* du = dw + shape.recurrentSize();
  T* dc = du + shape.inputSize();
  T* db = dc + shape.readoutSize();
  gemm(Transpose::Yes, Transpose::No, h, h, rows, T(1), delta_.data(), h, h_.data(), h, T(0), dw, h);
  gemm(Transpose::Yes, Transpose::No, h, d, rows, T(1), delta_.data(), h, x_.data(), d, T(0), du, d);
  gemm(Transpose::No, Transpose::No, shape.symbols, h, rows, T(1), symbolGradient_.data(), rows, h_.data() + slice, h,
       T(0), dc, h);
  for (int i = 0; i < h; ++i) {
    const T gain = weights_.recurrentGain[static_cast<std::size_t>(i)];
    const T noise = static_cast<T>(options_.sigma) * weights_.noiseGain[static_cast<std::size_t>(i)];
    for (int j = 0; j < h; ++j) dw[i * h + j] *= gain;
    for (int j = 0; j < d; ++j) du[i * d + j] *= noise;
  }
  if (!shape.bias) return;
  std::fill_n(db, h, T(0));
  for (int r = 0; r < rows; ++r)
    for (int i = 0; i < h; ++i)
      db[i] += delta_[static_cast<std::size_t>(r) * static_cast<std::size_t>(h) + static_cast<std::size_t>(i)];
  std::copy_n(db, h, db + h);
}

template <class T>
double SymbolRnnTrainer<T>::gradients(std::span<const std::uint8_t> targets) {
  forward();
  chooseWindows();
  gather(symbols_.data(), options_.batch, 1, generatedOrder_.data(), generated_);
  gather(targets.data(), 1, options_.length, targetOrder_.data(), target_);
  const double value = sinkhorn_.value(generated_.data(), target_.data(), options_.blur);
  const RnnShape& shape = weights_.shape;
  const std::size_t states = delta_.size();
  const double activity =
      options_.activity *
      rnnKernels<T>().squares(h_.data() + cells(options_.batch, shape.hidden), static_cast<long>(states)) /
      static_cast<double>(states);
  const AlignedVector<T>& dX = sinkhorn_.gradient(generated_.data(), target_.data(), options_.blur);
  scatter(dX);
  directGradient_ = symbolGradient_;
  backward(2 * options_.activity / static_cast<double>(states));
  return value + activity;
}

template <class T>
void SymbolRnnTrainer<T>::scatter(const AlignedVector<T>& dX) {
  const int width = options_.width(), n = options_.clouds(), k = weights_.shape.symbols, batch = options_.batch;
  const auto pieces = static_cast<std::uint64_t>(options_.length / width);
  const std::size_t rows = symbols_.size();
  std::fill(symbolGradient_.begin(), symbolGradient_.end(), T(0));
  const T* from = dX.data();
  for (int i = 0; i < n; ++i) {
    const std::uint64_t window = generatedOrder_[static_cast<std::size_t>(i)];
    const auto sequence = static_cast<std::size_t>(window / pieces);
    const std::size_t start =
        static_cast<std::size_t>(offset_) + static_cast<std::size_t>(window % pieces) * static_cast<std::size_t>(width);
    for (std::size_t s = 0; s < static_cast<std::size_t>(width); ++s)
      for (int a = 0; a < k; ++a)
        symbolGradient_[static_cast<std::size_t>(a) * rows + (start + s) * static_cast<std::size_t>(batch) + sequence] =
            *from++;
  }
}

template <class T>
double SymbolRnnTrainer<T>::clipFactor() {
  if (options_.clip <= 0) return 1;
  const double norm = std::sqrt(rnnKernels<T>().squares(gradient_.data(), static_cast<long>(gradient_.size())));
  return std::min(1.0, options_.clip / (norm + 1e-6));
}

template <class T>
void SymbolRnnTrainer<T>::update() {
  const double factor = clipFactor();
  if (factor < 1)
    for (T& g : gradient_) g *= static_cast<T>(factor);
  ++optimizerSteps_;
  const double t = static_cast<double>(optimizerSteps_);
  twoLayerKernels<T>().adam(
      weights_.values.data(), moment1_.data(), moment2_.data(), gradient_.data(), static_cast<long>(gradient_.size()),
      static_cast<T>(options_.learningRate / (1 - std::pow(options_.beta1, t))),
      static_cast<T>(1 / std::sqrt(1 - std::pow(options_.beta2, t))), static_cast<T>(options_.beta1),
      static_cast<T>(options_.beta2), static_cast<T>(options_.weightDecay), T(1));
}

template <class T>
void SymbolRnnTrainer<T>::step(std::span<const std::uint8_t> targets) {
  const std::uint64_t before[3] = {noise_.position, gumbel_.position, windowsStream_.position()};
  forward();
  chooseWindows();
  gather(symbols_.data(), options_.batch, 1, generatedOrder_.data(), generated_);
  gather(targets.data(), 1, options_.length, targetOrder_.data(), target_);
  scatter(sinkhorn_.gradient(generated_.data(), target_.data(), options_.blur));
  backward(2 * options_.activity / static_cast<double>(delta_.size()));
  const auto& finite = twoLayerKernels<T>().finite;
  if (!finite(gradient_.data(), static_cast<long>(gradient_.size())) ||
      !finite(logits_.data(), static_cast<long>(logits_.size()))) {
    noise_.position = before[0];
    gumbel_.position = before[1];
    windowsStream_.setPosition(before[2]);
    throw NumericError(steps_ + 1, "a gradient or a logit is not finite");
  }
  update();
  ++steps_;
}

template <class T>
State SymbolRnnTrainer<T>::save() const {
  State state;
  const auto put = [&](const char* name, const Vector& values) {
    state.put(name, Array::vector<T>(std::span<const T>(values.data(), values.size())));
  };
  put("weights", weights_.values);
  put("recurrentGain", weights_.recurrentGain);
  put("noiseGain", weights_.noiseGain);
  put("moment1", moment1_);
  put("moment2", moment2_);
  const std::vector<std::int64_t> counters{steps_,
                                           optimizerSteps_,
                                           static_cast<std::int64_t>(noise_.position),
                                           static_cast<std::int64_t>(gumbel_.position),
                                           static_cast<std::int64_t>(windowsStream_.position()),
                                           weights_.shape.bias};
  state.put("counters", Array::vector<std::int64_t>(counters));
  return state;
}

template <class T>
void SymbolRnnTrainer<T>::load(const State& state) {
  const auto counters = state.get("counters").as<std::int64_t>();
  if (counters.size() != 6) throw DataError("saved state", "\"counters\"", "written by another version of this lab");
  if (counters[5] != 0) addBias();
  const auto get = [&](const char* name, Vector& values) {
    const auto saved = state.get(name).as<T>();
    if (saved.size() != values.size())
      throw DataError("saved state", name, std::to_string(values.size()) + " values expected");
    std::copy(saved.begin(), saved.end(), values.begin());
  };
  get("weights", weights_.values);
  get("recurrentGain", weights_.recurrentGain);
  get("noiseGain", weights_.noiseGain);
  get("moment1", moment1_);
  get("moment2", moment2_);
  steps_ = counters[0];
  optimizerSteps_ = counters[1];
  noise_.position = static_cast<std::uint64_t>(counters[2]);
  gumbel_.position = static_cast<std::uint64_t>(counters[3]);
  windowsStream_.setPosition(static_cast<std::uint64_t>(counters[4]));
  effective_.assign(weights_, options_.sigma);
}

template class SymbolRnnTrainer<float>;
template class SymbolRnnTrainer<double>;

}  // namespace learnscope
