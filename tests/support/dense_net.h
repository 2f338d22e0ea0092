// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <span>

#include "engine/models/two_layer_trainer.h"

namespace learnscope::test {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The two-layer net as dense matrices in double precision, straight from the formulas: what kernels, optimizers and
/// measures are checked against.
struct DenseNet {
  Activation activation = Activation::Square;
  double outputScale = 1;
  Matrix w;  ///< [2M, K]
  Matrix v;  ///< [K, M]

  explicit DenseNet(const AnyTwoLayerNet& any) {
    std::visit(
        [this](const auto& net) {
          activation = net.activation;
          outputScale = static_cast<double>(net.outputScale);
          w.resize(2 * net.order, net.hidden);
          v.resize(net.hidden, net.order);
          for (Eigen::Index i = 0; i < w.size(); ++i) w.data()[i] = static_cast<double>(net.inputWeights[i]);
          for (Eigen::Index i = 0; i < v.size(); ++i) v.data()[i] = static_cast<double>(net.outputWeights[i]);
        },
        any);
  }
};

inline double sigma(Activation activation, double z) {
  switch (activation) {
    case Activation::Square:
      return z * z;
    case Activation::Relu:
      return std::fmax(z, 0);
    case Activation::SquaredRelu:
      return std::fmax(z, 0) * std::fmax(z, 0);
    case Activation::Silu:
      return z / (1 + std::exp(-z));
  }
  return 0;
}

inline double sigmaSlope(Activation activation, double z) {
  switch (activation) {
    case Activation::Square:
      return 2 * z;
    case Activation::Relu:
      return z > 0 ? 1 : 0;
    case Activation::SquaredRelu:
      return 2 * std::fmax(z, 0);
    case Activation::Silu: {
      const double s = 1 / (1 + std::exp(-z));
      return s + z * s * (1 - s);
    }
  }
  return 0;
}

inline Matrix sigma(Activation activation, const Matrix& z) {
  return z.unaryExpr([activation](double value) { return sigma(activation, value); });
}
inline Matrix sigmaSlope(Activation activation, const Matrix& z) {
  return z.unaryExpr([activation](double value) { return sigmaSlope(activation, value); });
}

/// X [n, 2M]: rows [onehot(a); onehot(b)].
inline Matrix pairInputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, int order) {
  Matrix x = Matrix::Zero(static_cast<Eigen::Index>(left.size()), 2 * order);
  for (std::size_t i = 0; i < left.size(); ++i) {
    x(static_cast<Eigen::Index>(i), left[i]) = 1;
    x(static_cast<Eigen::Index>(i), order + right[i]) = 1;
  }
  return x;
}

/// Y [n, M].
inline Matrix oneHot(std::span<const std::int32_t> target, int order) {
  Matrix y = Matrix::Zero(static_cast<Eigen::Index>(target.size()), order);
  for (std::size_t i = 0; i < target.size(); ++i) y(static_cast<Eigen::Index>(i), target[i]) = 1;
  return y;
}

/// Minus the mean over samples (rows).
inline Matrix sampleCentred(const Matrix& m) { return m.rowwise() - m.colwise().mean(); }

inline double cosine(const Matrix& a, const Matrix& b) { return a.cwiseProduct(b).sum() / (a.norm() * b.norm()); }

}  // namespace learnscope::test
