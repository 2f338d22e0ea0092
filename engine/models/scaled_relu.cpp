// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/scaled_relu.h"

#include <cmath>
#include <numbers>

namespace learnscope {
namespace {

Eigen::MatrixXd gaussian(int rows, int columns, RandomStream& random) {
  Eigen::MatrixXd values(rows, columns);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) values(i, j) = random.normal();
  return values;
}

}  // namespace

ScaledRelu::ScaledRelu(int width, double alpha, const Eigen::MatrixXd& x, RandomStream random)
    : alpha_(alpha), x_(x), first_(gaussian(width, static_cast<int>(x.cols()), random)) {
  second_ = gaussian(width, 1, random);
  firstStart_ = first_;
  secondStart_ = second_;
  start_ = hidden() * second_ / std::sqrt(static_cast<double>(width));
}

Eigen::VectorXd ScaledRelu::outputs() const {
  return alpha_ * (hidden() * second_ / std::sqrt(static_cast<double>(second_.size())) - start_);
}

Eigen::VectorXd ScaledRelu::outputsAt(const Eigen::MatrixXd& x) const {
  const auto net = [&x](const Eigen::MatrixXd& w, const Eigen::VectorXd& a) -> Eigen::VectorXd {
    return (x * w.transpose()).cwiseMax(0.0) * a;
  };
  return alpha_ / std::sqrt(static_cast<double>(second_.size())) *
         (net(first_, second_) - net(firstStart_, secondStart_));
}

Eigen::MatrixXd ScaledRelu::neurons(bool start) const {
  return (start ? secondStart_ : second_).cwiseAbs().asDiagonal() * (start ? firstStart_ : first_);
}

double ScaledRelu::loss(const Eigen::VectorXd& y) const {
  return (outputs() - y).squaredNorm() / (2 * static_cast<double>(y.size()));
}

void ScaledRelu::descend(const Eigen::VectorXd& y, double rate) {
  const Eigen::MatrixXd h = hidden();
  const double root = std::sqrt(static_cast<double>(second_.size()));
  const Eigen::VectorXd error = alpha_ * (h * second_ / root - start_) - y;
  // d(loss / alpha^2)/df = error / (alpha points).
  const Eigen::VectorXd pull = error / (alpha_ * static_cast<double>(y.size()) * root);
  const Eigen::MatrixXd active = (h.array() > 0).cast<double>();
  const Eigen::MatrixXd back = (pull * second_.transpose()).cwiseProduct(active);
  second_ -= rate * (h.transpose() * pull);
  first_ -= rate * (back.transpose() * x_);
}

double ScaledRelu::distance() const {
  return std::sqrt((first_ - firstStart_).squaredNorm() + (second_ - secondStart_).squaredNorm());
}

Eigen::MatrixXd ScaledRelu::kernel() const {
  const Eigen::MatrixXd h = hidden();
  const Eigen::MatrixXd active = (h.array() > 0).cast<double>();
  const Eigen::MatrixXd slopes = active * second_.cwiseAbs2().asDiagonal() * active.transpose();
  return (h * h.transpose() + (x_ * x_.transpose()).cwiseProduct(slopes)) / static_cast<double>(second_.size());
}

SphereData sphereData(int points, int inputs, int width, RandomStream random) {
  SphereData data{gaussian(points, inputs, random), {}};
  data.x.rowwise().normalize();
  const Eigen::MatrixXd w = gaussian(width, inputs, random);
  data.y = (data.x * w.transpose()).cwiseMax(0.0) * gaussian(width, 1, random);
  return data;
}

SphereData circleClasses(int points, RandomStream random) {
  SphereData data{Eigen::MatrixXd(points, 2), Eigen::VectorXd(points)};
  for (int i = 0; i < points; ++i) {
    const int quadrant = i % 4;
    const double angle =
        std::numbers::pi / 4 + quadrant * std::numbers::pi / 2 + (2 * random.uniform() - 1) * std::numbers::pi / 6;
    data.x.row(i) << std::cos(angle), std::sin(angle);
    data.y[i] = quadrant % 2 == 0 ? 1 : -1;
  }
  return data;
}

}  // namespace learnscope
