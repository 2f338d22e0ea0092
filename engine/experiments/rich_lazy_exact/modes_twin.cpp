// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy_exact/modes_twin.h"

#include <cmath>

#include "engine/models/riccati.h"

namespace learnscope::richlazyexact {
namespace {

class RiccatiTwin final : public ModesTwin {
 public:
  RiccatiTwin(const DeepLinearNet& start, const Eigen::MatrixXd& correlation, double lambda)
      : flow_({start.layers[0], start.layers[1]}, correlation, lambda), start_(flow_.at(0)), now_(start_) {}

  ModesExact at(double time) override {
    now_ = flow_.at(time);
    const auto kernel = [this](const Eigen::MatrixXd& qq) {
      return LinearKernel::ofBlocks(flow_.input(qq), flow_.output(qq));
    };
    return {flow_.function(now_), kernelAlignment(kernel(now_), kernel(start_)),
            gramAlignment(flow_.input(now_), flow_.input(start_))};
  }

  double residual(const DeepLinearNet& net) const override {
    const Eigen::MatrixXd q = LinearNet{net.layers[0], net.layers[1]}.stacked();
    return (q * q.transpose() - now_).cwiseAbs().maxCoeff();
  }

 private:
  RiccatiFlow flow_;
  Eigen::MatrixXd start_, now_;  ///< Q Q^T
};

/// Each layer carries a^(1/L) of a mode, so function, kernel and hidden Gram matrix are diagonal in the teacher's
/// directions.
class ModeTwin final : public ModesTwin {
 public:
  ModeTwin(const Eigen::VectorXd& values, const Eigen::VectorXd& strengths, int depth, Eigen::MatrixXd left,
           Eigen::MatrixXd right)
      : modes_(values, strengths, depth),
        depth_(depth),
        left_(std::move(left)),
        right_(std::move(right)),
        startKernel_(kernel(strengths)),
        startHidden_(hidden(strengths)) {}

  ModesExact at(double time) override {
    const Eigen::VectorXd& strengths = modes_.at(time);
    function_ = left_ * strengths.asDiagonal() * right_.transpose();
    return {function_, kernelAlignment(kernel(strengths), startKernel_),
            gramAlignment(hidden(strengths), startHidden_)};
  }

  double residual(const DeepLinearNet& net) const override {
    return (net.function() - function_).cwiseAbs().maxCoeff();
  }

 private:
  Eigen::MatrixXd along(const Eigen::MatrixXd& directions, const Eigen::VectorXd& strengths, int layers) const {
    const Eigen::VectorXd values = strengths.array().pow(2.0 * layers / depth_);
    return directions * values.asDiagonal() * directions.transpose();
  }
  LinearKernel kernel(const Eigen::VectorXd& strengths) const {
    LinearKernel result;
    for (int l = 1; l <= depth_; ++l) {
      result.outputs.push_back(along(left_, strengths, depth_ - l));
      result.inputs.push_back(along(right_, strengths, l - 1));
    }
    return result;
  }
  Eigen::MatrixXd hidden(const Eigen::VectorXd& strengths) const { return along(right_, strengths, depth_ - 1); }

  DeepModes modes_;
  int depth_;
  Eigen::MatrixXd left_, right_, function_;
  LinearKernel startKernel_;
  Eigen::MatrixXd startHidden_;
};

}  // namespace

std::unique_ptr<ModesTwin> riccatiTwin(const DeepLinearNet& start, const Eigen::MatrixXd& correlation, double lambda) {
  return std::make_unique<RiccatiTwin>(start, correlation, lambda);
}

std::unique_ptr<ModesTwin> modeTwin(const Eigen::VectorXd& values, const Eigen::VectorXd& strengths, int depth,
                                    const Eigen::MatrixXd& left, const Eigen::MatrixXd& right) {
  return std::make_unique<ModeTwin>(values, strengths, depth, left, right);
}

}  // namespace learnscope::richlazyexact
