// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace learnscope {

/// A diagonal linear net beta = u o u - v o v started at u = v = alpha, trained by gradient descent on |X beta - y|^2/2
/// with fewer rows than columns (Woodworth et al. 2020, arXiv 2002.09277).
struct DiagonalNet {
  Eigen::VectorXd u, v;  ///< [D]

  static DiagonalNet start(int columns, double alpha);
  Eigen::VectorXd beta() const { return u.cwiseAbs2() - v.cwiseAbs2(); }
  void descend(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, double rate);
};

/// Where the flow ends: argmin alpha^2 sum q(beta_i / alpha^2), q(z) = 2 - sqrt(4 + z^2) + z asinh(z/2), subject to
/// X beta = y. By its dual beta = 2 alpha^2 sinh(X^T nu), X beta = y, solved by damped Newton in nu. Throws
/// NumericError if it does not converge.
Eigen::VectorXd diagonalLimit(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, double alpha);

/// The solution of X beta = y of least |beta|_2: the limit of large alpha.
Eigen::VectorXd leastNormSolution(const Eigen::MatrixXd& x, const Eigen::VectorXd& y);

}  // namespace learnscope
