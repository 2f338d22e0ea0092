// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/diagonal_net.h"

#include <Eigen/Cholesky>
#include <cmath>

#include "engine/core/errors.h"

namespace learnscope {

DiagonalNet DiagonalNet::start(int columns, double alpha) {
  return {Eigen::VectorXd::Constant(columns, alpha), Eigen::VectorXd::Constant(columns, alpha)};
}

// d/du |X beta - y|^2/2 = 2 u o X^T (X beta - y), and the opposite for v.
void DiagonalNet::descend(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, double rate) {
  const Eigen::VectorXd pull = x.transpose() * (x * beta() - y);
  u -= 2 * rate * u.cwiseProduct(pull);
  v += 2 * rate * v.cwiseProduct(pull);
}

// Minimises the convex phi(nu) = sum 2 alpha^2 cosh(x_i^T nu) - y^T nu, whose gradient is X beta(nu) - y.
Eigen::VectorXd diagonalLimit(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, double alpha) {
  const double weight = 2 * alpha * alpha, goal = 1e-12 * std::max(1.0, y.norm());
  const auto value = [&](const Eigen::VectorXd& nu) {
    return weight * (x.transpose() * nu).array().cosh().sum() - y.dot(nu);
  };
  Eigen::VectorXd nu = Eigen::VectorXd::Zero(x.rows());
  for (int iteration = 0; iteration < 500; ++iteration) {
    const Eigen::VectorXd z = x.transpose() * nu;
    const Eigen::VectorXd beta = weight * z.array().sinh();
    const Eigen::VectorXd gradient = x * beta - y;
    if (gradient.norm() <= goal) return beta;
    const Eigen::VectorXd curvature = weight * z.array().cosh();
    const Eigen::VectorXd step = (x * curvature.asDiagonal() * x.transpose()).ldlt().solve(gradient);
    const double before = value(nu), slope = gradient.dot(step);
    // Near the minimum phi no longer resolves the descent, but its gradient still does.
    const auto improves = [&](double damping) {
      const Eigen::VectorXd next = nu - damping * step;
      if (value(next) <= before - 1e-4 * damping * slope) return true;
      const Eigen::VectorXd residual = x * (weight * (x.transpose() * next).array().sinh()).matrix() - y;
      return residual.norm() <= (1 - 1e-4 * damping) * gradient.norm();
    };
    double damping = 1;
    while (damping > 1e-10 && !improves(damping)) damping /= 2;
    if (damping <= 1e-10) {
      if (gradient.norm() <= 1e-9 * std::max(1.0, y.norm())) return beta;
      break;
    }
    nu -= damping * step;
  }
  throw NumericError(0, "the dual problem of the diagonal net did not converge at alpha " + std::to_string(alpha));
}

Eigen::VectorXd leastNormSolution(const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  return x.transpose() * (x * x.transpose()).ldlt().solve(y);
}

}  // namespace learnscope
