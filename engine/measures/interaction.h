// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/aligned.h"

namespace learnscope {

/// Feature repulsion (Tian 2025, Thm 6; arXiv 2605.08119): with B = (Ft^T Ft + eta I)^{-1}, a negative b_jl means that
/// neurons j and l push each other apart.
struct Repulsion {
  double share =
      0;  ///< of the most similar pairs with positive cosine: those with b_jl < 0, 0..1; NaN if there is no pair
  int pairs = 0;                   ///< pairs counted
  std::vector<double> cosines;     ///< of those pairs, descending
  std::vector<double> entries;     ///< their b_jl
  std::vector<int> first, second;  ///< their neurons
};

/// Among the `most` pairs of neurons whose columns of Ft [n][K] are most similar (cosine > 0). eta is raised to 1e-6
/// tr(Ft^T Ft) / K, so that the matrix can be inverted without weight decay. Double precision, nK^2 + K^3 flop.
Repulsion repulsion(const AlignedVector<double>& centred, int pairs, int hidden, double eta, int most = 200);

/// Coverage of the theory (Tian 2025, Eq. 4): the cosine of G_F and eta (Ft Ft^T + eta I)^{-1} Yt Yt^T Ft (Ft^T Ft +
/// eta I)^{-1}, the gradient that ridge regression of the output layer would give. With A = (Ft^T Ft + eta I)^{-1} it
/// is (T - Ft A Ft^T T) A, T = Yt Yt^T Ft, which costs nK^2 + K^3 instead of n^3. centred, push (T) and gradient (G_F):
/// [n][K].
double theoryCoverage(const AlignedVector<double>& centred, const AlignedVector<double>& push,
                      const AlignedVector<double>& gradient, int pairs, int hidden, double eta);

/// The ridge constant that the weight decay of a mean loss (sum over classes) stands for: n wd / 2.
inline double ridgeOfDecay(int pairs, double weightDecay) { return pairs * weightDecay / 2; }

}  // namespace learnscope
