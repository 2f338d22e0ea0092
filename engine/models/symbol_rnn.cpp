// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/symbol_rnn.h"

#include <algorithm>
#include <cmath>

#include "engine/models/blas.h"

namespace learnscope {

template <class T>
void RnnWeights<T>::initialise(RandomStream& random) {
  const double bound = 1 / std::sqrt(static_cast<double>(shape.hidden));
  for (T& value : values) value = static_cast<T>(random.uniform(-bound, bound));
}

template <class T>
template <class S>
void EffectiveRnn<T>::assign(const RnnWeights<S>& weights, double sigma) {
  shape = weights.shape;
  const auto h = static_cast<std::size_t>(shape.hidden), d = static_cast<std::size_t>(shape.inputs);
  w.resize(h * h);
  u.resize(h * d);
  c.resize(shape.readoutSize());
  b.assign(h, T(0));
  for (std::size_t i = 0; i < h; ++i) {
    const T gain = static_cast<T>(weights.recurrentGain[i]);
    const T noise = static_cast<T>(sigma * static_cast<double>(weights.noiseGain[i]));
    for (std::size_t j = 0; j < h; ++j) w[i * h + j] = gain * static_cast<T>(weights.w()[i * h + j]);
    for (std::size_t j = 0; j < d; ++j) u[i * d + j] = noise * static_cast<T>(weights.u()[i * d + j]);
    if (shape.bias) b[i] = static_cast<T>(weights.bias()[i]) + static_cast<T>(weights.bias()[h + i]);
  }
  std::copy_n(weights.c(), c.size(), c.begin());
}

template <class T>
void EffectiveRnn<T>::step(const T* h, const T* drive, int rows, T* next) const {
  const std::size_t count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(shape.hidden);
  if (drive)
    std::copy_n(drive, count, next);
  else
    for (int r = 0; r < rows; ++r) std::copy(b.begin(), b.end(), next + static_cast<long>(r) * shape.hidden);
  gemm(Transpose::No, Transpose::Yes, rows, shape.hidden, shape.hidden, T(1), h, shape.hidden, w.data(), shape.hidden,
       T(1), next, shape.hidden);
  rnnKernels<T>().activate(shape.activation, next, static_cast<long>(count));
}

template <class T>
void EffectiveRnn<T>::drive(const T* x, int rows, T* out) const {
  for (int r = 0; r < rows; ++r) std::copy(b.begin(), b.end(), out + static_cast<long>(r) * shape.hidden);
  gemm(Transpose::No, Transpose::Yes, rows, shape.hidden, shape.inputs, T(1), x, shape.inputs, u.data(), shape.inputs,
       T(1), out, shape.hidden);
}

template <class T>
void EffectiveRnn<T>::preActivation(const T* h, int rows, T* z) const {
  for (int r = 0; r < rows; ++r) std::copy(b.begin(), b.end(), z + static_cast<long>(r) * shape.hidden);
  gemm(Transpose::No, Transpose::Yes, rows, shape.hidden, shape.hidden, T(1), h, shape.hidden, w.data(), shape.hidden,
       T(1), z, shape.hidden);
}

template <class T>
void EffectiveRnn<T>::logits(const T* h, int rows, T* out) const {
  gemm(Transpose::No, Transpose::Yes, rows, shape.symbols, shape.hidden, T(1), h, shape.hidden, c.data(), shape.hidden,
       T(0), out, shape.symbols);
}

template struct RnnWeights<float>;
template struct RnnWeights<double>;
template struct EffectiveRnn<float>;
template struct EffectiveRnn<double>;
template void EffectiveRnn<float>::assign(const RnnWeights<float>&, double);
template void EffectiveRnn<double>::assign(const RnnWeights<float>&, double);
template void EffectiveRnn<double>::assign(const RnnWeights<double>&, double);

}  // namespace learnscope
