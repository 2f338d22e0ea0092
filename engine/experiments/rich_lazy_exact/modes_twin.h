// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/models/deep_linear.h"

namespace learnscope::richlazyexact {

/// What the closed form says at some time.
struct ModesExact {
  Eigen::MatrixXd function;
  double kernelAlignment = 0, representationAlignment = 0;  ///< with the start
};

/// The exact flow beside a linear net on whitened inputs.
class ModesTwin {
 public:
  virtual ~ModesTwin() = default;
  /// At t >= 0; cheap where time grows.
  virtual ModesExact at(double time) = 0;
  /// Largest |difference| of a net from the closed form at the time last asked for: of Q Q^T in two layers, else of the
  /// function.
  virtual double residual(const DeepLinearNet& net) const = 0;
};

/// Two lambda-balanced layers from any directions: the Riccati flow (Domine et al. 2024).
std::unique_ptr<ModesTwin> riccatiTwin(const DeepLinearNet& start, const Eigen::MatrixXd& correlation, double lambda);
/// Any depth from balanced layers along the teacher's own directions: one equation a mode (Saxe et al. 2013).
std::unique_ptr<ModesTwin> modeTwin(const Eigen::VectorXd& values, const Eigen::VectorXd& strengths, int depth,
                                    const Eigen::MatrixXd& left, const Eigen::MatrixXd& right);

}  // namespace learnscope::richlazyexact
