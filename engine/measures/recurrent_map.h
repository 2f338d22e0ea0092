// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/models/rnn_kernels.h"

namespace learnscope {

/// One step of an autonomous recurrent net h -> F(h) in R^D, constant input included, with its exact Jacobian.
class RecurrentMap {
 public:
  virtual ~RecurrentMap() = default;
  virtual int dimension() const = 0;
  /// next [n][D] = F of every row of h [n][D]; not in place.
  virtual void step(const double* h, int n, double* next) const = 0;
  /// dF_i/dh_j at one state, row-major [D][D].
  virtual void jacobian(const double* h, double* out) const = 0;
  /// True if F(c h) = c F(h) for every c >= 0 (ReLU without bias or input): the Jacobian at 0 is then undefined.
  virtual bool homogeneous() const { return false; }
};

/// h <- (1 - leak) h + leak phi(W h + b), W [H][H] row-major, input folded into b. torch.nn.RNN at leak 1.
class ElmanMap : public RecurrentMap {
 public:
  ElmanMap(RnnActivation activation, std::vector<double> w, std::vector<double> b, double leak = 1);
  int dimension() const override { return static_cast<int>(b_.size()); }
  void step(const double* h, int n, double* next) const override;
  void jacobian(const double* h, double* out) const override;
  bool homogeneous() const override;
  RnnActivation activation() const { return activation_; }
  const std::vector<double>& w() const { return w_; }
  const std::vector<double>& b() const { return b_; }
  double leak() const { return leak_; }

 private:
  RnnActivation activation_;
  std::vector<double> w_, b_;
  double leak_;
};

/// torch.nn.GRU, gates in the order r, z, n: h <- (1 - z) n + z h, n = tanh(inputN + r (W_n h + b_n)).
class GruMap : public RecurrentMap {
 public:
  /// w [3H][H], recurrentBias [3H] (b_hh), input [3H] (W_ih x + b_ih).
  GruMap(std::vector<double> w, std::vector<double> recurrentBias, std::vector<double> input);
  int dimension() const override { return hidden_; }
  void step(const double* h, int n, double* next) const override;
  void jacobian(const double* h, double* out) const override;

 private:
  int hidden_;
  std::vector<double> w_, b_, input_;
};

/// torch.nn.LSTM, gates in the order i, f, g, o; the state is [h; c] in R^2H.
class LstmMap : public RecurrentMap {
 public:
  /// w [4H][H], bias [4H] (b_hh + b_ih + W_ih x).
  LstmMap(std::vector<double> w, std::vector<double> bias);
  int dimension() const override { return 2 * hidden_; }
  void step(const double* h, int n, double* next) const override;
  void jacobian(const double* h, double* out) const override;

 private:
  int hidden_;
  std::vector<double> w_, b_;
};

/// The mean map of a noise-driven Elman net: E[h_{t+1} | h_t], z_k ~ N((W h + b)_k, s_k^2). Exact for ReLU:
/// m Phi(m/s) + s phi(m/s), slope Phi(m/s); for tanh by 7-node Gauss-Hermite quadrature.
class MeanMap : public RecurrentMap {
 public:
  /// s [H]: standard deviation of each unit's noise drive.
  MeanMap(RnnActivation activation, std::vector<double> w, std::vector<double> b, std::vector<double> s);
  int dimension() const override { return static_cast<int>(b_.size()); }
  void step(const double* h, int n, double* next) const override;
  void jacobian(const double* h, double* out) const override;

 private:
  RnnActivation activation_;
  std::vector<double> w_, b_, s_;
};

/// E[relu(m + s xi)], xi standard normal.
double meanRelu(double m, double s);

}  // namespace learnscope
