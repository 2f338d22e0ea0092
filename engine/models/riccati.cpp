// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/riccati.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/decompositions.h"

namespace learnscope {
namespace {

constexpr double largestExponent = 5;

/// Q with Q Q^T = the symmetric matrix, negative eigenvalues (rounding) taken as 0.
Eigen::MatrixXd factor(const Eigen::MatrixXd& qq) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(qq);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal();
}

}  // namespace

RiccatiFlow::RiccatiFlow(const LinearNet& start, const Eigen::MatrixXd& correlation, double lambda)
    : inputs_(correlation.cols()), outputs_(correlation.rows()) {
  const Eigen::Index size = inputs_ + outputs_;
  Eigen::MatrixXd f = Eigen::MatrixXd::Zero(size, size);
  f.topLeftCorner(inputs_, inputs_).diagonal().setConstant(-lambda / 2);
  f.bottomRightCorner(outputs_, outputs_).diagonal().setConstant(lambda / 2);
  f.topRightCorner(inputs_, outputs_) = correlation.transpose();
  f.bottomLeftCorner(outputs_, inputs_) = correlation;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(f);
  vectors_ = solver.eigenvectors();
  values_ = solver.eigenvalues();
  const Eigen::MatrixXd q = start.stacked();
  start_ = q * q.transpose();
  whole_ = now_ = start_;
  const double largest = values_.cwiseAbs().maxCoeff();
  piece_ = largest > 0 ? largestExponent / largest : std::numeric_limits<double>::max();
}

const Eigen::MatrixXd& RiccatiFlow::at(double time) {
  const double wanted = std::floor(time / piece_);
  if (wanted < pieces_) {
    whole_ = start_;
    pieces_ = 0;
  }
  for (; pieces_ < wanted; ++pieces_) whole_ = advanced(whole_, piece_);
  now_ = advanced(whole_, time - pieces_ * piece_);
  return now_;
}

Eigen::MatrixXd RiccatiFlow::advanced(const Eigen::MatrixXd& qq, double dt) const {
  if (!(dt > 0)) return qq;
  const Eigen::VectorXd growth = (values_ * dt).array().exp();
  Eigen::VectorXd integral(values_.size());
  for (Eigen::Index i = 0; i < values_.size(); ++i)
    integral[i] = values_[i] == 0 ? dt : std::expm1(2 * values_[i] * dt) / (2 * values_[i]);
  const Eigen::MatrixXd q = factor(qq), turned = vectors_.transpose() * q;
  const Eigen::MatrixXd inner =
      Eigen::MatrixXd::Identity(q.cols(), q.cols()) + turned.transpose() * integral.asDiagonal() * turned;
  const Eigen::MatrixXd grown = vectors_ * growth.asDiagonal() * turned;
  const Eigen::MatrixXd next = grown * inner.ldlt().solve(grown.transpose());
  return (next + next.transpose()) / 2;
}

double modeStrength(double s, double a0, double time) {
  const double decay = std::exp(-2 * s * time);
  return s / (1 + (s / a0 - 1) * decay);
}

double modeHalfTime(double s, double a0) { return a0 < s / 2 ? std::log(s / a0 - 1) / (2 * s) : 0; }

}  // namespace learnscope
