// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/aligned.h"

namespace learnscope {

/// Approximate orthogonalisation of a matrix by five Newton-Schulz steps, as Muon needs it: X = G / (||G||_F + 1e-7),
/// transposed if tall, then X <- aX + (bA + cA^2) X with A = X X^T and five fixed coefficient triples. Pushes every
/// singular value towards 1. Owns its work space.
template <class T>
class NewtonSchulz {
 public:
  void resize(int rows, int columns);
  /// `g` is [rows, columns] row-major. The result, same shape, is valid until the next call.
  const T* operator()(const T* g);

 private:
  int rows_ = 0, columns_ = 0;
  AlignedVector<T> x_, next_, a_, polynomial_;
};

}  // namespace learnscope
