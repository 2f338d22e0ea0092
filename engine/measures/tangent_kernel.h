// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/models/trial_rnn.h"

namespace learnscope {

/// The empirical tangent kernel of a recurrent net's outputs with respect to the recurrent matrix W alone:
/// K_AB = <d out_A/dW, d out_B/dW>_F with A = (trial, step t, output k), k fastest, trial slowest.
///
/// Exact, without a backward pass an output: with e_A(t) = phi'(u_t) o w_k (row k of W_out) and e_A(s-1) =
/// phi'(u_{s-1}) o
/// ((1-a) I + a W^T) e_A(s), d out_A/dW = a sum_{s<=t} e_A(s) h_{s-1}^T, hence
/// K_AB = a^2 sum_{s,u} <e_A(s), e_B(u)> <h_{A,s-1}, h_{B,u-1}>: Gram products only, no N x N Jacobian.
class TangentKernel {
 public:
  /// Rows that the kernel of so many trials has; `lastOnly`: outputs of the last step alone.
  static std::int64_t rows(int trials, int steps, int outputs, bool lastOnly);

  /// Kernel of `trials` trials of x [steps, trials, inputs]. Buffers are kept between calls.
  void compute(const TrialRnn& net, std::span<const float> x, int trials, int steps, bool lastOnly);
  int rows() const { return rows_; }
  /// K, symmetric, row-major [rows, rows].
  const AlignedVector<float>& values() const { return kernel_; }

 private:
  void sensitivities(const TrialRnn& net, int trial);
  void addPair(const TrialRnn& net, int a, int b);

  int trials_ = 0, steps_ = 0, outputs_ = 0, hidden_ = 0, rows_ = 0, firstOutput_ = 0;
  TrialRnnActivity activity_;
  AlignedVector<float> kernel_;
  /// e of all trials: for each trial and each s = 1 .. steps - 1 the rows (t >= max(s, firstOutput), k) of N.
  AlignedVector<float> sensitivity_;
  std::vector<int> firstRow_;             ///< [steps]: where the rows of s begin within a trial
  int trialRows_ = 0;                     ///< rows of e a trial
  AlignedVector<float> states_;           ///< h_{s-1} by trial [trials, steps - 1, N]
  AlignedVector<float> block_, weights_;  ///< products of one pair of trials
};

/// sum(A o B) / (|A|_F |B|_F), not centred, in [0, 1] for positive semidefinite matrices; NaN ("undefined") if one is
/// 0.
double matrixAlignment(std::span<const float> a, std::span<const float> b);
/// Alignment of R = H H^T and R0 = H0 H0^T of activities [rows, n] and [rows, m] without forming them:
/// sum(R o R0) = |H0^T H|_F^2. NaN if one is 0.
double representationAlignment(std::span<const float> h, int n, std::span<const float> h0, int m, int rows);
/// Y^T K Y / (|K|_F |y|^2) for the centred targets y [rows]: how well the kernel's leading direction is the task's.
double targetAlignment(std::span<const float> kernel, std::span<const double> targets);
/// Share of equal signs of two activities (0 counts as a sign of its own).
double signSimilarity(std::span<const float> a, std::span<const float> b);

}  // namespace learnscope
