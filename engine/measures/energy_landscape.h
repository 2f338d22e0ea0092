// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/models/two_layer_options.h"

namespace learnscope {

/// The energy of one hidden neuron w = [u; v] in R^{2M} on a set of n pairs (a, b) with answer y:
///   E(w) = 1/2 ||Yt^T sigma(X w)||^2 = 1/2 sum_c z_c^2,   z_c = sum_{i: y_i = c} f_i - n_c mean(f),   f_i = sigma(u_a
///   + v_b),
/// Y one-hot, Yt minus its column means. Its gradient is X^T D q, D = diag sigma'(X w), q_i = z_{y_i} - sum_c (n_c / n)
/// z_c. Independent feature learning climbs it (Tian 2025, arXiv 2509.21519, Thm 1). Double precision; O(n) a call.
class EnergyLandscape {
 public:
  EnergyLandscape(int order, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
                  std::span<const std::int32_t> target, Activation activation);

  int order() const { return order_; }
  /// Number of pairs.
  int pairs() const { return static_cast<int>(target_.size()); }
  /// w [2M].
  double value(std::span<const double> w);
  /// Returns E(w) and writes its gradient [2M].
  double gradient(std::span<const double> w, std::span<double> gradient);
  /// Energies per generalising maximum of a pair of d = 1: (n/M^2)^2 M/4.
  double unit() const;

 private:
  void forward(std::span<const double> w);

  int order_ = 0;
  Activation activation_ = Activation::Square;
  std::vector<std::int32_t> left_, right_, target_;
  std::vector<double> counts_;               ///< n_c [M]
  AlignedVector<double> z_, f_, classSums_;  ///< [n], [n], [M]
};

struct AscentOptions {
  double rate = 0.02;        ///< w <- normalise(w + rate * grad E(w))
  int steps = 4000;          ///< at most
  double tolerance = 1e-12;  ///< stops when E rises by less than this share of itself in a step
  int keepEvery = 0;         ///< spacing of the kept trajectory; 0 keeps none
};

struct Ascent {
  std::vector<double> w;  ///< [2M], norm 1: the end
  double energy = 0;
  int steps = 0;
  bool monotone = true;            ///< E rose in every step (at the given rate)
  std::vector<double> trajectory;  ///< [kept][2M], start and end included
  std::vector<double> energies;    ///< [kept]
};

/// Gradient ascent of the energy on the unit sphere from `start` (normalised first). `report` is called every 64 steps.
Ascent followEnergy(EnergyLandscape& landscape, std::span<const double> start, const AscentOptions& options,
                    const std::function<void(int)>& report = {});

}  // namespace learnscope
