// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/aligned.h"

namespace learnscope {

/// The annealing of the Sinkhorn loop between clouds of diameter D = sqrt(squaredDiameter):
/// [D^2] + exp(range(2 ln D, 2 ln blur, 2 ln scaling)) + [blur^2] (geomloss, Feydy et al. 2019).
std::vector<double> epsilonSchedule(double squaredDiameter, double blur, double scaling = 0.5);

/// Debiased Sinkhorn divergence S_eps between N sequences X and N sequences Y of `width` symbols each, seen as one-hot
/// vectors in R^(K width) with cost |x - y|^2 / 2 = number of mismatching steps; eps = blur^2. The algorithm is
/// geomloss's (symmetric updates, averaged potentials, one un-averaged last step for the value), its gradient the
/// closed form dS/dX = (Q X - P Y) / N with the plans Q (X to X) and P (X to Y) of the averaged potentials.
///
/// Sequences are given step-major: symbol s of sequence n at [s * N + n]. T is float or double. Owns its buffers.
template <class T>
class Sinkhorn {
 public:
  /// `inLogDomain` forces the path that is stable for any eps; else it is taken where exp(-cost / eps) could underflow.
  explicit Sinkhorn(bool inLogDomain = false) : inLogDomain_(inLogDomain) {}

  /// Sizes the buffers for N sequences of `width` symbols 0..K-1; does nothing if they fit already.
  void resize(int n, int width, int symbols);

  /// dS/dX [N][width * K], column s * K + a.
  const AlignedVector<T>& gradient(const std::uint8_t* x, const std::uint8_t* y, double blur);
  /// S_eps, in mismatching steps.
  double value(const std::uint8_t* x, const std::uint8_t* y, double blur);
  /// The plan X to Y of the last value() or gradient(), each row normalised to 1 [N][N].
  void plan(AlignedVector<T>& plan);

 private:
  using Vector = AlignedVector<T>;
  using Costs = AlignedVector<std::uint16_t>;
  void begin(const std::uint8_t* x, const std::uint8_t* y, double blur, bool yy);
  void setEpsilon(double eps);
  /// potential_i = -eps log (1/N sum_j exp(other_j / eps - C_ij / eps)); other may be null (zero).
  void softmin(const Costs& cost, const Vector& kernel, bool transposed, const Vector* other, Vector& potential);
  void iterate(double eps);
  void average(Vector& potential, const Vector& update) const;
  /// out = softmax-rows(other / eps - C / eps) * oneHot.
  void barycentre(const Costs& cost, const Vector& kernel, const Vector& other, const Vector& oneHot, Vector& out);
  void oneHot(const std::uint8_t* x, Vector& out) const;

  bool inLogDomain_;
  int n_ = 0, width_ = 0, symbols_ = 0;
  bool logDomain_ = false, yy_ = false;
  double eps_ = 0;
  Costs costXY_, costXX_, costYY_, costYX_;  ///< [N][N]
  Vector table_;                             ///< exp(-c / eps) of every cost c [width + 1]
  Vector kernelXY_, kernelXX_, kernelYY_;    ///< exp(-C / eps), outside the log domain
  Vector ax_, by_, ay_, bx_;                 ///< potentials [N]: X to X, Y to Y, on Y from X, on X from Y
  Vector nextAx_, nextBy_, nextAy_, nextBx_;
  Vector scaled_, sums_, square_;
  Vector oneHotX_, oneHotY_, weighted_, meanX_, meanY_;  ///< [N][width * K]
};

}  // namespace learnscope
