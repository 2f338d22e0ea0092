// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/pca.h"

#include <algorithm>
#include <cmath>

#include "engine/core/decompositions.h"

namespace learnscope {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<RowMatrix>;
using ConstMap = Eigen::Map<const RowMatrix>;

void fixSigns(RowMatrix& coordinates, RowMatrix& axes) {
  for (Eigen::Index c = 0; c < coordinates.cols(); ++c) {
    Eigen::Index largest = 0;
    coordinates.col(c).cwiseAbs().maxCoeff(&largest);
    if (coordinates(largest, c) >= 0) continue;
    coordinates.col(c) *= -1;
    axes.row(c) *= -1;
  }
}

}  // namespace

Pca principalComponents(std::span<const double> values, int points, int dimensions, int components) {
  Pca pca;
  pca.points = points;
  pca.dimensions = dimensions;
  pca.components = components;
  const ConstMap data(values.data(), points, dimensions);
  const Eigen::RowVectorXd mean = data.colwise().mean();
  const RowMatrix centred = data.rowwise() - mean;
  const bool few = points < dimensions;
  const Eigen::MatrixXd gram =
      few ? Eigen::MatrixXd(centred * centred.transpose()) : Eigen::MatrixXd(centred.transpose() * centred);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  RowMatrix axes = RowMatrix::Zero(components, dimensions);
  pca.variance.assign(static_cast<std::size_t>(components), 0.0);
  const double floor = 1e-14 * std::max(gram.trace(), 1e-300);
  for (int c = 0; c < std::min<int>(components, static_cast<int>(gram.rows())); ++c) {
    const Eigen::Index i = gram.rows() - 1 - c;
    const double value = solver.eigenvalues()[i];
    if (value <= floor) break;
    if (few)
      axes.row(c) = solver.eigenvectors().col(i).transpose() * centred / std::sqrt(value);
    else
      axes.row(c) = solver.eigenvectors().col(i).transpose();
    pca.variance[static_cast<std::size_t>(c)] = value / points;
  }
  RowMatrix coordinates = centred * axes.transpose();
  fixSigns(coordinates, axes);
  pca.mean.assign(mean.data(), mean.data() + mean.size());
  pca.axes.assign(axes.data(), axes.data() + axes.size());
  pca.coordinates.assign(coordinates.data(), coordinates.data() + coordinates.size());
  pca.totalVariance = gram.trace() / points;
  return pca;
}

void alignToPrevious(std::span<double> coordinates, std::span<const double> previous, int points, int components) {
  Map current(coordinates.data(), points, components);
  const ConstMap target(previous.data(), points, components);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(current.transpose() * target, Eigen::ComputeThinU | Eigen::ComputeThinV);
  current = (current * (svd.matrixU() * svd.matrixV().transpose())).eval();
}

}  // namespace learnscope
