// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/core/decompositions.h"
#include "engine/experiments/rich_lazy_exact/modes_twin.h"
#include "engine/experiments/rich_lazy_exact/problems.h"
#include "engine/models/riccati.h"

namespace learnscope::richlazyexact {
namespace {

constexpr double largestImbalance = 1e-8;  ///< above: no closed form

/// A linear net of two or more layers learns the modes of a teacher beside its exact flow and its linearisation.
class ModesExperiment final : public ExactProblem {
 public:
  ModesExperiment(const Config& config, std::uint64_t seed)
      : values_(asVector(listOf(config, "values"))),
        lambda_(config.real("lambda")),
        strength_(config.real("strength")),
        dt_(config.real("timeStep")),
        depth_(static_cast<int>(config.integer("depth"))),
        runge_(config.text("integrator") == "rungeKutta") {
    const auto n = static_cast<int>(values_.size());
    const bool balanced = config.text("start") == "balanced", aligned = config.text("basis") == "aligned";
    RandomStream teacher(seed, "teacher"), weights(seed, "weights");
    left_ = randomOrthogonal(n, teacher);
    right_ = randomOrthogonal(n, teacher);
    correlation_ = left_ * values_.asDiagonal() * right_.transpose();
    start_ = balanced ? balancedStart(aligned, weights) : randomStart(weights);
    net_ = start_;
    linear_ = LinearisedNet(start_);
    if (depth_ == 2 && balanceResidual(start_, lambda_) <= largestImbalance)
      twin_ = riccatiTwin(start_, correlation_, lambda_);
    else if (balanced && aligned)
      twin_ = modeTwin(values_, Eigen::VectorXd::Constant(n, strength_), depth_, left_, right_);
    startKernel_ = LinearKernel(start_);
    learned_.assign(static_cast<std::size_t>(n), 0);
  }

  void step(const Progress&) override {
    const DeepLinearNet before = net_;
    if (runge_)
      rungeKutta(net_, correlation_, dt_);
    else
      descend(net_, correlation_, dt_);
    if (!std::isfinite(net_.loss(correlation_))) {
      net_ = before;
      throw NumericError(steps_ + 1, "the loss is not finite; a smaller time step is needed");
    }
    if (runge_)
      linear_.rungeKutta(correlation_, dt_);
    else
      linear_.descend(correlation_, dt_);
    ++steps_;
  }

  void measure(Recorder& recorder) override {
    if (!recorder.due("scalars")) return;
    const double time = static_cast<double>(steps_) * dt_;
    const Eigen::MatrixXd function = net_.function();
    recorder.scalar("time", time);
    recorder.scalar("loss", net_.loss(correlation_));
    const Eigen::VectorXd strengths = strengthsOf(function);
    recorder.array("strengths", arrayOf(strengths));
    recorder.array("linearStrengths", arrayOf(strengthsOf(linear_.function())));
    recorder.scalar("linearisationError", (function - linear_.function()).norm() / function.norm());
    recorder.scalar("kernelAlignment", learnscope::kernelAlignment(LinearKernel(net_), startKernel_));
    recorder.scalar("representationAlignment", gramAlignment(hiddenGram(net_), hiddenGram(start_)));
    recorder.array("hidden", places(net_));
    recorder.array("startHidden", places(start_));
    recorder.array("function", arrayOf(function));
    recorder.scalar("balanceResidual", balanceResidual(net_, lambda_));
    if (twin_) recordTwin(time, recorder);
    tellOnce(untwinned_, !twin_ && steps_ == 0, "no-twin", LS_TR("No exact twin"),
             {{"balanceResidual", balanceResidual(start_, lambda_)}, {"limit", largestImbalance}}, recorder);
    detect(strengths, time, recorder);
  }

  State save() const override {
    State state;
    for (std::size_t l = 0; l < net_.depth(); ++l) state.put("layer." + std::to_string(l), arrayOf(net_.layers[l]));
    state.put("linear", arrayOf(linear_.function()));
    state.putScalar<std::int64_t>("steps", steps_);
    state.putScalar<std::uint8_t>("untwinned", untwinned_ ? 1 : 0);
    state.put("learned", Array::vector<std::uint8_t>(learned_));
    return state;
  }

  void load(const State& state) override {
    for (std::size_t l = 0; l < net_.depth(); ++l) {
      Eigen::MatrixXd& layer = net_.layers[l];
      layer = matrixOf(state.get("layer." + std::to_string(l)), layer.rows(), layer.cols());
    }
    linear_.function() = matrixOf(state.get("linear"), correlation_.rows(), correlation_.cols());
    steps_ = state.scalar<std::int64_t>("steps");
    untwinned_ = state.scalar<std::uint8_t>("untwinned") != 0;
    const auto learned = state.get("learned").as<std::uint8_t>();
    if (learned.size() != learned_.size()) throw DataError("saved state", "\"learned\"", "the same modes expected");
    learned_.assign(learned.begin(), learned.end());
  }

 private:
  static Eigen::VectorXd asVector(const std::vector<double>& values) {
    return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
  }

  DeepLinearNet balancedStart(bool aligned, RandomStream& random) const {
    const auto n = static_cast<int>(values_.size());
    const Eigen::VectorXd strengths = Eigen::VectorXd::Constant(n, strength_);
    const Eigen::MatrixXd left = aligned ? left_ : randomOrthogonal(n, random),
                          right = aligned ? right_ : randomOrthogonal(n, random);
    if (depth_ > 2) return balancedDeepNet(strengths, depth_, left, right, random);
    const LinearNet net = balancedNet(strengths, lambda_, left, right, random);
    return {{net.first, net.second}};
  }

  // Entries of standard deviation a0^(1/L) / sqrt(n), so that the function has entries of about a0 / sqrt(n).
  DeepLinearNet randomStart(RandomStream& random) const {
    const Eigen::Index n = values_.size();
    DeepLinearNet net;
    net.layers.assign(static_cast<std::size_t>(depth_), Eigen::MatrixXd(n, n));
    for (Eigen::MatrixXd& weights : net.layers)
      for (Eigen::Index i = 0; i < weights.size(); ++i)
        weights.data()[i] = std::pow(strength_, 1.0 / depth_) / std::sqrt(static_cast<double>(n)) * random.normal();
    return net;
  }

  Eigen::VectorXd strengthsOf(const Eigen::MatrixXd& function) const {
    return (left_.transpose() * function * right_).diagonal();
  }

  /// Of the last hidden layer, over inputs.
  static Eigen::MatrixXd hiddenGram(const DeepLinearNet& net) {
    const Eigen::MatrixXd hidden = net.below(net.depth() - 1);
    return hidden.transpose() * hidden;
  }

  void recordTwin(double time, Recorder& recorder) {
    const ModesExact exact = twin_->at(time);
    recorder.scalar("exactLoss", (correlation_ - exact.function).squaredNorm() / 2);
    recorder.array("exactStrengths", arrayOf(strengthsOf(exact.function)));
    recorder.scalar("exactKernelAlignment", exact.kernelAlignment);
    recorder.scalar("exactRepresentationAlignment", exact.representationAlignment);
    recorder.scalar("residual", twin_->residual(net_));
    if (lambda_ != 0 || depth_ != 2) return;
    Eigen::VectorXd single(values_.size());
    for (Eigen::Index m = 0; m < single.size(); ++m) single[m] = modeStrength(values_[m], strength_, time);
    recorder.array("singleMode", arrayOf(single));
  }

  /// The last hidden layer's representations of the teacher's input directions, in the start's three leading hidden
  /// directions.
  Array places(const DeepLinearNet& net) const {
    const std::size_t hidden = start_.depth() - 1;
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(start_.below(hidden), Eigen::ComputeFullU);
    const Eigen::MatrixXd all = (svd.matrixU().transpose() * net.below(hidden) * right_).transpose();
    Eigen::MatrixXd three = Eigen::MatrixXd::Zero(all.rows(), 3);
    const Eigen::Index shown = std::min<Eigen::Index>(3, all.cols());
    three.leftCols(shown) = all.leftCols(shown);
    return arrayOf(three);
  }

  void detect(const Eigen::VectorXd& strengths, double time, Recorder& recorder) {
    for (Eigen::Index m = 0; m < strengths.size(); ++m) {
      std::uint8_t& latch = learned_[static_cast<std::size_t>(m)];
      if (latch || strengths[m] < values_[m] / 2) continue;
      latch = 1;
      Json values{{"time", time}, {"strength", values_[m]}};
      if (twin_ && lambda_ == 0 && depth_ == 2) values["halfTime"] = modeHalfTime(values_[m], strength_);
      recorder.event({.id = "mode-learned-" + std::to_string(m),
                      .step = recorder.step(),
                      .title = LS_TR("Mode learned: ") + std::to_string(m),
                      .values = std::move(values)});
    }
  }

  Eigen::VectorXd values_;
  double lambda_, strength_, dt_;
  int depth_;
  bool runge_, untwinned_ = false;
  Eigen::MatrixXd left_, right_, correlation_;
  DeepLinearNet start_, net_;
  LinearisedNet linear_;
  LinearKernel startKernel_;
  std::unique_ptr<ModesTwin> twin_;
  std::vector<std::uint8_t> learned_;
};

}  // namespace

std::unique_ptr<Experiment> makeModes(const Config& config, std::uint64_t seed) {
  return std::make_unique<ModesExperiment>(config, seed);
}

}  // namespace learnscope::richlazyexact
