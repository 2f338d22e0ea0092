// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <complex>
#include <vector>

#include "engine/experiments/rnn_hmm/simulation.h"

namespace learnscope::rnnhmm {

/// Changes of the largest logit.
struct Dwelling {
  double changeRate = 0;  ///< TR: share of steps that change it, 0..1
  double variation = 0;   ///< sd / mean of the times between two changes; NaN without two changes
};
Dwelling dwelling(const Chains& chains);

/// Linear coordinates of states in which the orbit is seen: axis k of h is rows k of `axes` times (h - mean). Axes 1, 2
/// span the orbit plane (the leading rotation of the whitened lag-1 covariance), axis 3 is chosen; each has unit
/// variance over the states it was made from.
struct Portrait {
  int hidden = 0;
  std::vector<double> mean;  ///< [H]
  std::vector<double> axes;  ///< [3][H]
  /// Coordinates of n states [n][3].
  std::vector<double> of(const double* h, int n) const;
  /// The 3 x 3 Gram matrix's inverse times the axes: the smallest offset with given coordinates [H][3].
  std::vector<double> lift() const;
  /// Turns and mirrors the plane, and mirrors the third axis, onto an earlier portrait over the same states.
  void alignTo(const Portrait& earlier, const double* states, int n);
};

enum class ThirdAxis { Component, Readout };

/// How a net's states move under noise.
struct Rotation {
  double index = 0;                ///< largest singular value of (C - C') / 2, whitened top 6 components; 0..0.5
  double turns = 0;                ///< net turns in the orbit plane per 1000 steps, mean over chains of the modulus
  double agreement = 1;            ///< share of chains that turn the same way, 0.5..1
  double participation = 0;        ///< (sum l)^2 / sum l^2 of the covariance of h
  double slowest = 0;              ///< largest eigenvalue modulus of the whitened lag-1 covariance
  std::array<double, 3> shares{};  ///< of the variance in the first three components
  double readoutLength = 0;        ///< mean projected length of the unit readouts of the first and last symbol, PC1-2
  Portrait portrait;
};
Rotation rotation(const Chains& chains, const EffectiveRnn<double>& net, ThirdAxis third);

/// Growth of the silent net: states are renormalised every step; g is the geometric mean over the last 100 of 600.
struct Growth {
  double factor = 0;                      ///< g; of the fastest-growing start
  std::vector<std::vector<double>> rays;  ///< distinct end directions, unit length
  std::vector<int> symbols;               ///< argmax of their logits
};
Growth growth(const EffectiveRnn<double>& net, const Chains& chains);

/// 200 noisy states under silence for 500 steps.
struct Collapse {
  std::vector<int> steps;          ///< to 1 % of the start's norm, or -1
  double median = 0, longest = 0;  ///< of those that got there; NaN if none
  double reached = 0;              ///< share that got there
  double amplification = 1;        ///< largest norm on the way over the start's
};
Collapse collapse(const EffectiveRnn<double>& net, const Chains& chains);
/// `count` states spread over the chains, [count][H].
AlignedVector<double> spreadStates(const Chains& chains, int count);

/// Eigenvalues of the Jacobian diag(phi'(W h + b)) W at one state, without noise; zeros of inactive units left out.
std::vector<std::complex<double>> localEigenvalues(const EffectiveRnn<double>& net, const double* h);
struct LocalSpectrum {
  int unstable = 0;       ///< |lambda| > 1
  bool critical = false;  ///< has a pair with |Re zeta| < 0.1, Im zeta > 0.05, zeta = (lambda - 1) / (lambda + 1)
};
LocalSpectrum localSpectrum(const std::vector<std::complex<double>>& eigenvalues);

}  // namespace learnscope::rnnhmm
