// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/swing_by.h"

#include <cmath>
#include <stdexcept>

namespace learnscope {

SwingBy::SwingBy(std::span<const double> mu, std::span<const double> sigma, Eigen::MatrixXd start)
    : mu_(Eigen::Map<const Eigen::VectorXd>(mu.data(), static_cast<Eigen::Index>(mu.size()))), map_(std::move(start)) {
  const auto s = static_cast<Eigen::Index>(mu.size());
  if (s < 1 || sigma.size() != mu.size() || map_.rows() != s || map_.cols() != s)
    throw std::invalid_argument("swing-by: mu, sigma and W need the same number of concepts");
  rates_.resize(s);
  for (Eigen::Index p = 0; p < s; ++p) {
    const double deviation = sigma[static_cast<std::size_t>(p)];
    rates_[p] = deviation * deviation + mu_[p] * mu_[p] / static_cast<double>(s);
  }
}

Eigen::MatrixXd SwingBy::correlatedStart(int concepts, double scale, double correlation) {
  Eigen::MatrixXd start = Eigen::MatrixXd::Constant(concepts, concepts, scale * correlation);
  start.diagonal().setConstant(scale);
  return start;
}

Eigen::MatrixXd SwingBy::flow(const Eigen::MatrixXd& w) const {
  const Eigen::MatrixXd aw = rates_.asDiagonal() * w, waw = w * aw, aww = aw * w;
  return aw + aw.transpose() - 0.5 * (aww + aww.transpose() + 2 * waw);
}

void SwingBy::advance(double dt) {
  const Eigen::MatrixXd k1 = flow(map_), k2 = flow(map_ + 0.5 * dt * k1), k3 = flow(map_ + 0.5 * dt * k2),
                        k4 = flow(map_ + dt * k3);
  map_ += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  time_ += dt;
}

void SwingBy::restore(double time, const Eigen::MatrixXd& map) {
  time_ = time;
  map_ = map;
}

Eigen::VectorXd SwingBy::point() const { return (map_ * mu_).cwiseQuotient(mu_); }

Eigen::VectorXd SwingBy::point(std::span<const bool> present) const {
  Eigen::VectorXd prompt = mu_;
  for (Eigen::Index p = 0; p < prompt.size(); ++p)
    if (!present[static_cast<std::size_t>(p)]) prompt[p] = 0;
  return (map_ * prompt).cwiseQuotient(mu_);
}

double SwingBy::oodLoss() const { return 0.5 * (map_ * mu_ - mu_).squaredNorm(); }

double SwingBy::trainLoss() const {
  const Eigen::MatrixXd error = map_ - Eigen::MatrixXd::Identity(map_.rows(), map_.cols());
  return 0.5 * (error * rates_.asDiagonal() * error.transpose()).trace();
}

double oneLayerEntry(double start, double rate, double time) { return 1 - (1 - start) * std::exp(-rate * time); }

}  // namespace learnscope
