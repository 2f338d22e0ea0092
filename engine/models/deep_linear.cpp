// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/deep_linear.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/models/linear_net.h"

namespace learnscope {
namespace {

DeepLinearNet velocity(const DeepLinearNet& net, const Eigen::MatrixXd& correlation) {
  const Eigen::MatrixXd error = correlation - net.function();
  DeepLinearNet result;
  for (std::size_t l = 0; l < net.depth(); ++l)
    result.layers.emplace_back(net.above(l + 1).transpose() * error * net.below(l).transpose());
  return result;
}

DeepLinearNet moved(const DeepLinearNet& net, const DeepLinearNet& velocity, double dt) {
  DeepLinearNet result = net;
  for (std::size_t l = 0; l < net.depth(); ++l) result.layers[l] += dt * velocity.layers[l];
  return result;
}

/// One classical Runge-Kutta step of y' = slope(y).
template <class State, class Slope>
State rungeKuttaStep(const State& y, double dt, const Slope& slope) {
  const State k1 = slope(y), k2 = slope(y + dt / 2 * k1), k3 = slope(y + dt / 2 * k2), k4 = slope(y + dt * k3);
  return y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
}

}  // namespace

Eigen::MatrixXd DeepLinearNet::below(std::size_t count) const {
  const Eigen::Index inputs = layers.front().cols();
  Eigen::MatrixXd product = Eigen::MatrixXd::Identity(inputs, inputs);
  for (std::size_t l = 0; l < count; ++l) product = layers[l] * product;
  return product;
}

Eigen::MatrixXd DeepLinearNet::above(std::size_t from) const {
  const Eigen::Index outputs = layers.back().rows();
  Eigen::MatrixXd product = Eigen::MatrixXd::Identity(outputs, outputs);
  for (std::size_t l = depth(); l-- > from;) product = product * layers[l];
  return product;
}

void descend(DeepLinearNet& net, const Eigen::MatrixXd& correlation, double dt) {
  net = moved(net, velocity(net, correlation), dt);
}

void rungeKutta(DeepLinearNet& net, const Eigen::MatrixXd& correlation, double dt) {
  const DeepLinearNet k1 = velocity(net, correlation), k2 = velocity(moved(net, k1, dt / 2), correlation),
                      k3 = velocity(moved(net, k2, dt / 2), correlation),
                      k4 = velocity(moved(net, k3, dt), correlation);
  for (std::size_t l = 0; l < net.depth(); ++l)
    net.layers[l] += dt / 6 * (k1.layers[l] + 2 * k2.layers[l] + 2 * k3.layers[l] + k4.layers[l]);
}

DeepLinearNet balancedDeepNet(const Eigen::VectorXd& strengths, int depth, const Eigen::MatrixXd& left,
                              const Eigen::MatrixXd& right, RandomStream& random) {
  const Eigen::VectorXd each = strengths.array().pow(1.0 / depth);
  DeepLinearNet net;
  Eigen::MatrixXd before = right;
  for (int l = 1; l <= depth; ++l) {
    const Eigen::MatrixXd after = l == depth ? left : randomOrthogonal(static_cast<int>(strengths.size()), random);
    net.layers.emplace_back(after * each.asDiagonal() * before.transpose());
    before = after;
  }
  return net;
}

double balanceResidual(const DeepLinearNet& net, double lambda) {
  double worst = 0;
  for (std::size_t l = 0; l + 1 < net.depth(); ++l)
    worst = std::max(worst, balanceResidual(LinearNet{net.layers[l], net.layers[l + 1]}, lambda));
  return worst;
}

LinearKernel::LinearKernel(const DeepLinearNet& net) {
  for (std::size_t l = 0; l < net.depth(); ++l) {
    const Eigen::MatrixXd p = net.above(l + 1), q = net.below(l);
    outputs.emplace_back(p * p.transpose());
    inputs.emplace_back(q.transpose() * q);
  }
}

LinearKernel LinearKernel::ofBlocks(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  LinearKernel kernel;
  kernel.outputs = {b, Eigen::MatrixXd::Identity(b.rows(), b.rows())};
  kernel.inputs = {Eigen::MatrixXd::Identity(a.rows(), a.rows()), a};
  return kernel;
}

Eigen::MatrixXd LinearKernel::times(const Eigen::MatrixXd& error) const {
  Eigen::MatrixXd result = outputs[0] * error * inputs[0];
  for (std::size_t l = 1; l < outputs.size(); ++l) result += outputs[l] * error * inputs[l];
  return result;
}

double LinearKernel::inner(const LinearKernel& other) const {
  double sum = 0;
  for (std::size_t l = 0; l < outputs.size(); ++l)
    for (std::size_t m = 0; m < other.outputs.size(); ++m)
      sum += outputs[l].cwiseProduct(other.outputs[m]).sum() * inputs[l].cwiseProduct(other.inputs[m]).sum();
  return sum;
}

double kernelAlignment(const LinearKernel& kernel, const LinearKernel& start) {
  const double norms = std::sqrt(kernel.inner(kernel)) * std::sqrt(start.inner(start));
  return norms > 0 ? kernel.inner(start) / norms : std::numeric_limits<double>::quiet_NaN();
}

void LinearisedNet::descend(const Eigen::MatrixXd& correlation, double dt) {
  function_ += dt * kernel_.times(correlation - function_);
}

void LinearisedNet::rungeKutta(const Eigen::MatrixXd& correlation, double dt) {
  function_ = rungeKuttaStep(
      function_, dt, [&](const Eigen::MatrixXd& f) -> Eigen::MatrixXd { return kernel_.times(correlation - f); });
}

DeepModes::DeepModes(Eigen::VectorXd values, const Eigen::VectorXd& start, int depth)
    : values_(std::move(values)), start_(start.array().log()), whole_(start_), now_(start), depth_(depth) {
  // The fastest rate is near L s^(2 - 2/L); a hundredth of its time keeps the error of order 4 below 1e-9.
  const double largest = std::max(values_.maxCoeff(), start.maxCoeff());
  piece_ = 0.01 / (depth_ * std::pow(largest, 2 - 2.0 / depth_));
}

Eigen::VectorXd DeepModes::advanced(const Eigen::VectorXd& logarithm, double dt) const {
  return rungeKuttaStep(logarithm, dt, [this](const Eigen::VectorXd& x) -> Eigen::VectorXd {
    return (depth_ * ((1 - 2.0 / depth_) * x.array()).exp() * (values_.array() - x.array().exp())).matrix();
  });
}

const Eigen::VectorXd& DeepModes::at(double time) {
  const double wanted = std::floor(time / piece_);
  if (wanted < pieces_) {
    whole_ = start_;
    pieces_ = 0;
  }
  for (; pieces_ < wanted; ++pieces_) whole_ = advanced(whole_, piece_);
  now_ = advanced(whole_, time - pieces_ * piece_).array().exp();
  return now_;
}

}  // namespace learnscope
