// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/core/random_stream.h"
#include "engine/models/rnn_kernels.h"

namespace learnscope {

/// Sizes of a noise-driven recurrent net that emits symbols.
struct RnnShape {
  int hidden = 64;    ///< H
  int inputs = 20;    ///< d, dimensions of the noise
  int symbols = 3;    ///< K
  bool bias = false;  ///< two bias vectors, recurrent and input side
  RnnActivation activation = RnnActivation::Relu;

  std::size_t recurrentSize() const { return size(hidden, hidden); }
  std::size_t inputSize() const { return size(hidden, inputs); }
  std::size_t readoutSize() const { return size(symbols, hidden); }
  std::size_t biasSize() const { return bias ? 2 * static_cast<std::size_t>(hidden) : 0; }
  std::size_t parameters() const { return recurrentSize() + inputSize() + readoutSize() + biasSize(); }
  bool operator==(const RnnShape&) const = default;

 private:
  static std::size_t size(int rows, int columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }
};

/// The weights of h_t = phi(mu (W h_{t-1}) + nu (U x_t) + b), l_t = C h_t, in one flat buffer W [H][H], U [H][d],
/// C [K][H], b_recurrent [H], b_input [H], with the unit gains mu on the recurrent and nu on the noise drive (1 unless
/// intervened on). T is float or double.
template <class T>
struct RnnWeights {
  RnnShape shape;
  AlignedVector<T> values;
  AlignedVector<T> recurrentGain, noiseGain;  ///< mu, nu [H]

  explicit RnnWeights(const RnnShape& size = {})
      : shape(size),
        values(size.parameters()),
        recurrentGain(static_cast<std::size_t>(size.hidden), T(1)),
        noiseGain(static_cast<std::size_t>(size.hidden), T(1)) {}

  T* w() { return values.data(); }
  T* u() { return w() + shape.recurrentSize(); }
  T* c() { return u() + shape.inputSize(); }
  T* bias() { return c() + shape.readoutSize(); }
  const T* w() const { return values.data(); }
  const T* u() const { return w() + shape.recurrentSize(); }
  const T* c() const { return u() + shape.inputSize(); }
  const T* bias() const { return c() + shape.readoutSize(); }

  /// All entries uniform in +-1/sqrt(H), in the order of the buffer.
  void initialise(RandomStream& random);
};

/// The weights as the dynamics see them: gains and the noise level folded in, the two biases added.
template <class T>
struct EffectiveRnn {
  RnnShape shape;
  AlignedVector<T> w;  ///< diag(mu) W [H][H]
  AlignedVector<T> u;  ///< sigma diag(nu) U [H][d]
  AlignedVector<T> c;  ///< C [K][H]
  AlignedVector<T> b;  ///< [H], zero without bias

  /// Converts from any precision; allocates only when the shape changes.
  template <class S>
  void assign(const RnnWeights<S>& weights, double sigma);

  /// next [rows][H] = phi(h W' + drive), h [rows][H]; drive [rows][H] may be null. Not in place.
  void step(const T* h, const T* drive, int rows, T* next) const;
  /// drive [rows][H] = x U' + b, x [rows][d].
  void drive(const T* x, int rows, T* out) const;
  /// z [rows][H] = h W' + b: the noise-free pre-activation.
  void preActivation(const T* h, int rows, T* z) const;
  /// logits [rows][K] = h C'.
  void logits(const T* h, int rows, T* out) const;
};

}  // namespace learnscope
