// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

namespace learnscope {

/// The solvable twin of concept learning (Yang et al. 2025, arXiv 2410.08309): a symmetric two-layer linear map W = U
/// U' on s concept axes learns the identity from Gaussian clusters, one a concept, with mean mu_p on axis p and spread
/// sigma_p. With a_p = sigma_p^2 + mu_p^2 / s, A = diag(a), gradient flow is
/// dW/dt = A W + W A - (A W^2 + W^2 A + 2 W A W) / 2.
class SwingBy {
 public:
  /// W starts at `start` (symmetric); mu and sigma have s entries. Throws std::invalid_argument on wrong sizes.
  SwingBy(std::span<const double> mu, std::span<const double> sigma, Eigen::MatrixXd start);
  /// scale [[1, c, ..], [c, 1, ..], ..].
  static Eigen::MatrixXd correlatedStart(int concepts, double scale, double correlation);

  int concepts() const { return static_cast<int>(mu_.size()); }
  double time() const { return time_; }
  const Eigen::MatrixXd& map() const { return map_; }
  const Eigen::VectorXd& rates() const { return rates_; }  ///< a
  /// One Runge-Kutta step of fourth order.
  void advance(double dt);
  /// Continues from a saved map.
  void restore(double time, const Eigen::MatrixXd& map);

  /// dW/dt at a map.
  Eigen::MatrixXd flow(const Eigen::MatrixXd& map) const;
  /// The displayed point: W mu / mu, 1 on every axis when learned.
  Eigen::VectorXd point() const;
  /// The same for the prompt that names the concepts of `present` only (mu where true, 0 elsewhere).
  Eigen::VectorXd point(std::span<const bool> present) const;
  /// |W mu - mu|^2 / 2, the loss on the combination never seen.
  double oodLoss() const;
  /// Sum over concepts of a_p-weighted error of the training clusters: tr((W - I) A (W - I)) / 2.
  double trainLoss() const;

 private:
  Eigen::VectorXd mu_, rates_;
  Eigen::MatrixXd map_;
  double time_ = 0;
};

/// One layer, dW/dt = -(W - I) A: w_kk(t) = 1 - (1 - w_kk(0)) exp(-a_k t). No swing.
double oneLayerEntry(double start, double rate, double time);

}  // namespace learnscope
