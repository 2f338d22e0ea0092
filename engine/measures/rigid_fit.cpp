// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/rigid_fit.h"

#include <Eigen/Dense>
#include <cmath>

namespace learnscope {
namespace {

using Points = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>>;

std::array<double, 3> toArray(const Eigen::Vector3d& v) { return {v.x(), v.y(), v.z()}; }

// A point p of the axis has R p + t = p + (slide along the axis): (1 - R) p = t across the axis, solved across it.
Eigen::Vector3d axisPoint(const Eigen::Matrix3d& rotation, const Eigen::Vector3d& shift, const Eigen::Vector3d& axis,
                          const Eigen::Vector3d& mean) {
  const Eigen::Vector3d across = shift - axis.dot(shift) * axis;
  const Eigen::Matrix3d system = Eigen::Matrix3d::Identity() - rotation + axis * axis.transpose();
  return mean + system.partialPivLu().solve(across);
}

}  // namespace

std::optional<RigidFit> fitRigidMotion(std::span<const double> from, std::span<const double> to) {
  const auto n = static_cast<Eigen::Index>(from.size() / 3);
  if (n < 3 || from.size() != to.size()) return std::nullopt;
  const Points x(from.data(), n, 3), y(to.data(), n, 3);
  const Eigen::RowVector3d meanX = x.colwise().mean(), meanY = y.colwise().mean();
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
  for (Eigen::Index i = 0; i < n; ++i) covariance += (x.row(i) - meanX).transpose() * (y.row(i) - meanY);
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Vector3d sign(1, 1, (svd.matrixV() * svd.matrixU().transpose()).determinant() < 0 ? -1 : 1);
  const Eigen::Matrix3d rotation = svd.matrixV() * sign.asDiagonal() * svd.matrixU().transpose();
  const Eigen::Vector3d mean = meanX.transpose(), shift = meanY.transpose() - mean;
  RigidFit fit;
  Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(fit.rotation.data()) = rotation;
  fit.translation = toArray(meanY.transpose() - rotation * mean);
  fit.shift = toArray(shift);
  const Eigen::AngleAxisd turn(rotation);
  fit.angle = std::abs(turn.angle());
  fit.origin = toArray(mean);
  if (fit.angle >= 1e-6) {
    fit.axis = toArray(turn.axis());
    fit.origin = toArray(axisPoint(rotation, shift, turn.axis(), mean));
  }
  double squares = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const Eigen::Vector3d there = rotation * (x.row(i) - meanX).transpose() + meanY.transpose();
    squares += (there - y.row(i).transpose()).squaredNorm();
  }
  fit.residual = std::sqrt(squares / static_cast<double>(n));
  return fit;
}

}  // namespace learnscope
