// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

#include "engine/models/linear_net.h"

namespace learnscope {

/// The exact flow of a lambda-balanced two-layer linear net on whitened inputs. With Q = [W1^T; W2] and
/// F = [[-lambda/2 I, S^T], [S, lambda/2 I]]: d(QQ^T)/dt = F QQ^T + QQ^T F - (QQ^T)^2, solved by
/// QQ^T(t) = e^{Ft} Q0 [I + Q0^T I(t) Q0]^{-1} Q0^T e^{Ft}, I(t) = P diag((e^{2 l_i t} - 1)/(2 l_i)) P^T for
/// F = P diag(l) P^T (Fukumizu 1998; Braun et al. 2022; Domine et al. 2024, arXiv 2409.14623). Large times are reached
/// in equal pieces from t = 0 with l dt = 5 each, so that nothing overflows and a value depends on its time alone, not
/// on the times asked for before.
class RiccatiFlow {
 public:
  /// The net at t = 0; only Q Q^T counts. S [outputs, inputs].
  RiccatiFlow(const LinearNet& start, const Eigen::MatrixXd& correlation, double lambda);

  /// Q Q^T at t >= 0; going back starts at 0 again.
  const Eigen::MatrixXd& at(double time);

  /// Blocks of Q Q^T.
  Eigen::MatrixXd input(const Eigen::MatrixXd& qq) const { return qq.topLeftCorner(inputs_, inputs_); }
  Eigen::MatrixXd function(const Eigen::MatrixXd& qq) const { return qq.bottomLeftCorner(outputs_, inputs_); }
  Eigen::MatrixXd output(const Eigen::MatrixXd& qq) const { return qq.bottomRightCorner(outputs_, outputs_); }

 private:
  Eigen::MatrixXd advanced(const Eigen::MatrixXd& qq, double dt) const;

  Eigen::Index inputs_, outputs_;
  Eigen::MatrixXd start_, whole_, now_;  ///< at 0, after `pieces_` pieces, and at the last time asked for
  Eigen::MatrixXd vectors_;              ///< P
  Eigen::VectorXd values_;               ///< l
  double piece_ = 0;                     ///< length of a piece
  double pieces_ = 0;
};

/// One mode: a' = sqrt(lambda^2 + 4 a^2) (s - a). For lambda = 0 a(t) = s e^{2st} / (e^{2st} - 1 + s/a0) (Saxe et al.).
double modeStrength(double s, double a0, double time);
/// When the mode of lambda = 0 is half learned: ln(s/a0 - 1) / (2 s); 0 if it starts beyond.
double modeHalfTime(double s, double a0);

}  // namespace learnscope
