// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/aligned.h"

namespace learnscope {

/// Ridge regression of one-hot targets on features, V = (G^T G + eta I)^{-1} G^T Y, in float64 whatever the features'
/// type. Rows come in blocks. Owns its work space. eta is raised to 1e-6 tr(G^T G)/K, so that the matrix is never
/// singular.
class RidgeSolver {
 public:
  /// K features, M classes, at most `block` rows in one add().
  void resize(int features, int classes, int block);
  bool empty() const { return features_ == 0; }
  void begin();
  /// Adds rows G = scale * f, f [count, K].
  template <class T>
  void add(const T* f, const int* target, int count, double scale);
  /// Writes V [K, M]; false (V untouched) if the system is not finite and positive definite.
  template <class T>
  bool solve(double eta, T* v);

 private:
  int features_ = 0, classes_ = 0;
  AlignedVector<double> gram_, right_, rows_;  ///< [K, K], G^T Y transposed [M, K], [block, K]
};

}  // namespace learnscope
