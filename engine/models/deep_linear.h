// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <vector>

#include "engine/core/random_stream.h"

namespace learnscope {

/// A deep linear net y = W_L ... W_1 x on whitened inputs and its gradient flow on |S - W_L ... W_1|_F^2 / 2:
/// dW_l/dt = (W_L ... W_{l+1})^T (S - W_L ... W_1) (W_{l-1} ... W_1)^T (Saxe et al. 2013, arXiv 1312.6120).
struct DeepLinearNet {
  std::vector<Eigen::MatrixXd> layers;  ///< W_1 [hidden, inputs], ..., W_L [outputs, hidden]

  std::size_t depth() const { return layers.size(); }
  /// W_l ... W_1: what the first `count` layers do; the identity for 0.
  Eigen::MatrixXd below(std::size_t count) const;
  /// W_L ... W_{from+1}: what follows the first `from` layers; the identity for L.
  Eigen::MatrixXd above(std::size_t from) const;
  Eigen::MatrixXd function() const { return below(depth()); }
  double loss(const Eigen::MatrixXd& correlation) const { return (correlation - function()).squaredNorm() / 2; }
};

/// One step of gradient descent of rate `dt`, or of the classical Runge-Kutta method of order 4 on the flow.
void descend(DeepLinearNet& net, const Eigen::MatrixXd& correlation, double dt);
void rungeKutta(DeepLinearNet& net, const Eigen::MatrixXd& correlation, double dt);

/// A square start W_1 = R_1 D A^T, W_l = R_l D R_{l-1}^T, W_L = B D R_{L-1}^T with D = diag(a)^(1/L) and random R:
/// every layer balances the next, and the net's modes are B diag(a) A^T. A, B are `right`, `left`.
DeepLinearNet balancedDeepNet(const Eigen::VectorXd& strengths, int depth, const Eigen::MatrixXd& left,
                              const Eigen::MatrixXd& right, RandomStream& random);

/// max over l of |W_{l+1}^T W_{l+1} - W_l W_l^T - lambda I|, which the flow conserves.
double balanceResidual(const DeepLinearNet& net, double lambda);

/// The tangent kernel of a linear net on whitened inputs: sum over l of P_l P_l^T (x) Q_l^T Q_l with P_l what is above
/// layer l and Q_l what is below it.
struct LinearKernel {
  std::vector<Eigen::MatrixXd> outputs;  ///< P_l P_l^T
  std::vector<Eigen::MatrixXd> inputs;   ///< Q_l^T Q_l

  LinearKernel() = default;
  explicit LinearKernel(const DeepLinearNet& net);
  /// Of two layers with the blocks A = W_1^T W_1 and B = W_2 W_2^T: A (x) I + I (x) B.
  static LinearKernel ofBlocks(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
  /// K times a matrix of outputs x inputs: how the function moves when pulled at by `error`.
  Eigen::MatrixXd times(const Eigen::MatrixXd& error) const;
  /// sum(K o K') without forming either.
  double inner(const LinearKernel& other) const;
};
/// sum(K o K0) / (|K| |K0|); NaN if one is 0.
double kernelAlignment(const LinearKernel& kernel, const LinearKernel& start);

/// The net linearised at its start, trained on the same loss: dF/dt = K0 (S - F). Its distance from the net measures
/// how far learning is from lazy.
class LinearisedNet {
 public:
  LinearisedNet() = default;
  explicit LinearisedNet(const DeepLinearNet& start) : kernel_(start), function_(start.function()) {}
  void descend(const Eigen::MatrixXd& correlation, double dt);
  void rungeKutta(const Eigen::MatrixXd& correlation, double dt);
  const Eigen::MatrixXd& function() const { return function_; }
  Eigen::MatrixXd& function() { return function_; }

 private:
  LinearKernel kernel_;
  Eigen::MatrixXd function_;
};

/// The modes of a balanced deep net whose directions are the teacher's: each follows
/// a' = L a^(2 - 2/L) (s - a), alone (Saxe et al. 2013, eq. for deep nets; L = 2 is the sigmoid). Integrated in ln a by
/// Runge-Kutta steps small enough for 1e-9.
class DeepModes {
 public:
  DeepModes(Eigen::VectorXd values, const Eigen::VectorXd& start, int depth);
  /// Strengths at t >= 0, which depend on t alone, not on the times asked for before; going back starts at 0 again.
  const Eigen::VectorXd& at(double time);

 private:
  Eigen::VectorXd advanced(const Eigen::VectorXd& logarithm, double dt) const;

  Eigen::VectorXd values_;
  Eigen::VectorXd start_, whole_;  ///< ln a at 0 and after `pieces_` pieces
  Eigen::VectorXd now_;            ///< a at the last time asked for
  int depth_;
  double piece_ = 0;  ///< length of a Runge-Kutta step
  double pieces_ = 0;
};

}  // namespace learnscope
