// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

#include "engine/core/random_stream.h"

namespace learnscope {

/// A two-layer linear net y = W2 W1 x on whitened inputs, and its gradient flow on |S - W2 W1|_F^2 / 2 with
/// S = Sigma_yx: dW1/dt = W2^T (S - W2 W1), dW2/dt = (S - W2 W1) W1^T (Saxe et al. 2013, arXiv 1312.6120).
struct LinearNet {
  Eigen::MatrixXd first;   ///< W1 [hidden, inputs]
  Eigen::MatrixXd second;  ///< W2 [outputs, hidden]

  Eigen::MatrixXd function() const { return second * first; }
  double loss(const Eigen::MatrixXd& correlation) const { return (correlation - function()).squaredNorm() / 2; }
  /// Q = [W1^T; W2], [inputs + outputs, hidden]; Q Q^T holds both representations and the function.
  Eigen::MatrixXd stacked() const;
};

/// One step of gradient descent of rate `dt`, or of the classical Runge-Kutta method of order 4 on the flow.
void descend(LinearNet& net, const Eigen::MatrixXd& correlation, double dt);
void rungeKutta(LinearNet& net, const Eigen::MatrixXd& correlation, double dt);

/// A square start W1 = R diag(s1) A^T, W2 = B diag(s2) R^T with W2^T W2 - W1 W1^T = lambda I:
/// s1^2 = (sqrt(lambda^2 + 4 a^2) - lambda)/2, s2^2 = (sqrt(lambda^2 + 4 a^2) + lambda)/2 (Domine et al. 2024, arXiv
/// 2409.14623). R is random; A, B are `right`, `left`.
LinearNet balancedNet(const Eigen::VectorXd& strengths, double lambda, const Eigen::MatrixXd& left,
                      const Eigen::MatrixXd& right, RandomStream& random);

/// A random orthogonal matrix: the Q of a Gaussian matrix's QR, signs as the diagonal of R.
Eigen::MatrixXd randomOrthogonal(int n, RandomStream& random);

/// max |W2^T W2 - W1 W1^T - lambda I|.
double balanceResidual(const LinearNet& net, double lambda);

/// sum(A o A0) / (|A| |A0|); NaN if one is 0.
double gramAlignment(const Eigen::MatrixXd& a, const Eigen::MatrixXd& a0);

}  // namespace learnscope
