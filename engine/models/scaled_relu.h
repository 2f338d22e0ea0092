// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

#include "engine/core/random_stream.h"

namespace learnscope {

/// Two-layer ReLU net f(x) = sum_j a_j relu(w_j . x) / sqrt(m), trained as F = alpha (f - f0) on the mean square loss
/// over alpha^2: the larger alpha, the less the weights move (Chizat, Oyallon & Bach 2019, arXiv 1812.07956).
class ScaledRelu {
 public:
  /// Weights a, w standard normal. X [points, inputs].
  ScaledRelu(int width, double alpha, const Eigen::MatrixXd& x, RandomStream random);

  double alpha() const { return alpha_; }
  /// alpha (f - f0) at all points.
  Eigen::VectorXd outputs() const;
  /// The same at other inputs [points, inputs].
  Eigen::VectorXd outputsAt(const Eigen::MatrixXd& x) const;
  /// |F - y|^2 / (2 points).
  double loss(const Eigen::VectorXd& y) const;
  /// One step of full-batch gradient descent on loss / alpha^2.
  void descend(const Eigen::VectorXd& y, double rate);
  /// |w - w(0)| over both layers.
  double distance() const;
  /// Tangent kernel of f at all points [points, points].
  Eigen::MatrixXd kernel() const;

  Eigen::MatrixXd& first() { return first_; }  ///< w [width, inputs]
  const Eigen::MatrixXd& first() const { return first_; }
  Eigen::VectorXd& second() { return second_; }  ///< a [width]
  const Eigen::VectorXd& second() const { return second_; }
  /// |a_j| w_j of every neuron [width, inputs], now or at the start: where and how strongly it acts.
  Eigen::MatrixXd neurons(bool start) const;

 private:
  Eigen::MatrixXd hidden() const { return (x_ * first_.transpose()).cwiseMax(0.0); }

  double alpha_;
  Eigen::MatrixXd x_, first_, firstStart_;
  Eigen::VectorXd second_, secondStart_, start_;
};

/// Points on the unit sphere [points, inputs] and the values there of a ReLU net of `width` units (a, w standard
/// normal).
struct SphereData {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
};
SphereData sphereData(int points, int inputs, int width, RandomStream random);
/// Two classes on the unit circle, within 30 degrees of the diagonals: +1 in the first and third quadrant, else -1.
SphereData circleClasses(int points, RandomStream random);

}  // namespace learnscope
