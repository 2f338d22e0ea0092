// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/linear_net.h"

#include <Eigen/QR>
#include <cmath>
#include <limits>

namespace learnscope {
namespace {

LinearNet velocity(const LinearNet& net, const Eigen::MatrixXd& correlation) {
  const Eigen::MatrixXd error = correlation - net.function();
  return {net.second.transpose() * error, error * net.first.transpose()};
}

LinearNet moved(const LinearNet& net, const LinearNet& velocity, double dt) {
  return {net.first + dt * velocity.first, net.second + dt * velocity.second};
}

}  // namespace

Eigen::MatrixXd LinearNet::stacked() const {
  Eigen::MatrixXd q(first.cols() + second.rows(), first.rows());
  q << first.transpose(), second;
  return q;
}

void descend(LinearNet& net, const Eigen::MatrixXd& correlation, double dt) {
  net = moved(net, velocity(net, correlation), dt);
}

void rungeKutta(LinearNet& net, const Eigen::MatrixXd& correlation, double dt) {
  const LinearNet k1 = velocity(net, correlation), k2 = velocity(moved(net, k1, dt / 2), correlation),
                  k3 = velocity(moved(net, k2, dt / 2), correlation), k4 = velocity(moved(net, k3, dt), correlation);
  net.first += dt / 6 * (k1.first + 2 * k2.first + 2 * k3.first + k4.first);
  net.second += dt / 6 * (k1.second + 2 * k2.second + 2 * k3.second + k4.second);
}

Eigen::MatrixXd randomOrthogonal(int n, RandomStream& random) {
  Eigen::MatrixXd gaussian(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) gaussian(i, j) = random.normal();
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
  Eigen::MatrixXd q = qr.householderQ();
  for (int j = 0; j < n; ++j)
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  return q;
}

LinearNet balancedNet(const Eigen::VectorXd& strengths, double lambda, const Eigen::MatrixXd& left,
                      const Eigen::MatrixXd& right, RandomStream& random) {
  const Eigen::MatrixXd hidden = randomOrthogonal(static_cast<int>(strengths.size()), random);
  const Eigen::ArrayXd root = (lambda * lambda + 4 * strengths.array().square()).sqrt();
  // One of the two differences cancels for small a: it is a^2 over the other.
  const Eigen::ArrayXd large = (root + std::abs(lambda)) / 2, small = strengths.array().square() / large;
  const Eigen::VectorXd s1 = (lambda >= 0 ? small : large).sqrt(), s2 = (lambda >= 0 ? large : small).sqrt();
  return {hidden * s1.asDiagonal() * right.transpose(), left * s2.asDiagonal() * hidden.transpose()};
}

double balanceResidual(const LinearNet& net, double lambda) {
  const Eigen::MatrixXd difference = net.second.transpose() * net.second - net.first * net.first.transpose() -
                                     lambda * Eigen::MatrixXd::Identity(net.first.rows(), net.first.rows());
  return difference.cwiseAbs().maxCoeff();
}

double gramAlignment(const Eigen::MatrixXd& a, const Eigen::MatrixXd& a0) {
  const double norms = a.norm() * a0.norm();
  return norms > 0 ? a.cwiseProduct(a0).sum() / norms : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace learnscope
