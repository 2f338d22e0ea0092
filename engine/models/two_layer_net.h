// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/models/two_layer_options.h"

namespace learnscope {

/// The weights of O = beta * sigma(X W) V, x = [onehot(a); onehot(b)], no biases; borrowed from their owner.
/// T is float or double.
template <class T>
struct TwoLayerNet {
  int order = 0;   ///< M, number of symbols and classes
  int hidden = 0;  ///< K
  Activation activation = Activation::Square;
  T outputScale = 1;                 ///< beta
  const T* inputWeights = nullptr;   ///< [2M, K] row-major: row a, and row M + b (column j of W is column j here)
  const T* outputWeights = nullptr;  ///< [K, M] row-major

  std::size_t inputSize() const { return 2 * static_cast<std::size_t>(order) * static_cast<std::size_t>(hidden); }
  std::size_t outputSize() const { return static_cast<std::size_t>(order) * static_cast<std::size_t>(hidden); }
};

/// f = sigma(z), elementwise; in place is allowed.
template <class T>
void activate(Activation activation, const T* z, T* f, std::size_t count);
/// d = sigma'(z), elementwise; in place is allowed. ReLU's slope at 0 is 0.
template <class T>
void activationSlope(Activation activation, const T* z, T* d, std::size_t count);

/// Z [n, K]: z_i = W[a_i] + W[M + b_i].
template <class T>
void preActivations(const TwoLayerNet<T>& net, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
                    T* z);
/// F [n, K] = sigma(Z).
template <class T>
void hiddenFeatures(const TwoLayerNet<T>& net, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
                    T* f);
/// O [n, M] = beta * F V. `work` holds n*K values and receives F.
template <class T>
void outputsOf(const TwoLayerNet<T>& net, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
               T* work, T* outputs);

/// Value of the loss over n rows of O [n, M].
template <class T>
double lossOf(LossKind loss, const T* outputs, std::span<const std::int32_t> target, int order);

}  // namespace learnscope
