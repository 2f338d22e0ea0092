// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/experiments/rich_lazy_exact/problems.h"
#include "engine/models/riccati.h"

namespace learnscope::richlazyexact {
namespace {

/// A two-layer linear net learns the modes of a teacher beside its exact flow.
class ModesExperiment final : public Experiment {
 public:
  ModesExperiment(const Config& config, std::uint64_t seed)
      : values_(asVector(listOf(config, "values"))),
        lambda_(config.real("lambda")),
        strength_(config.real("strength")),
        dt_(config.real("timeStep")),
        runge_(config.text("integrator") == "rungeKutta"),
        balanced_(config.text("start") == "balanced") {
    const auto n = static_cast<int>(values_.size());
    RandomStream teacher(seed, "teacher"), weights(seed, "weights");
    left_ = randomOrthogonal(n, teacher);
    right_ = randomOrthogonal(n, teacher);
    correlation_ = left_ * values_.asDiagonal() * right_.transpose();
    start_ = balanced_ ? balancedStart(config.text("basis") == "aligned", weights) : randomStart(weights);
    net_ = start_;
    flow_.emplace(start_, correlation_, lambda_);
    learned_.assign(values_.size() == 0 ? 0 : static_cast<std::size_t>(n), 0);
  }

  void step(const Progress&) override {
    const LinearNet before = net_;
    if (runge_)
      rungeKutta(net_, correlation_, dt_);
    else
      descend(net_, correlation_, dt_);
    if (!std::isfinite(net_.loss(correlation_))) {
      net_ = before;
      throw NumericError(steps_ + 1, "the loss is not finite; a smaller time step is needed");
    }
    ++steps_;
  }

  void measure(Recorder& recorder) override {
    if (!recorder.due("scalars")) return;
    const double time = static_cast<double>(steps_) * dt_;
    const Eigen::MatrixXd q = net_.stacked(), qq = q * q.transpose(), q0 = start_.stacked(), qq0 = q0 * q0.transpose();
    recorder.scalar("time", time);
    recorder.scalar("loss", net_.loss(correlation_));
    const Eigen::VectorXd strengths = strengthsOf(net_.function());
    recorder.array("strengths", arrayOf(strengths));
    recordAlignments("kernelAlignment", "representationAlignment", qq, qq0, recorder);
    recorder.array("hidden", places(net_));
    recorder.array("startHidden", places(start_));
    recorder.array("function", arrayOf(net_.function()));
    if (balanced_) {
      const Eigen::MatrixXd& exact = flow_->at(time);
      recorder.scalar("exactLoss", (correlation_ - flow_->function(exact)).squaredNorm() / 2);
      recorder.array("exactStrengths", arrayOf(strengthsOf(flow_->function(exact))));
      recordAlignments("exactKernelAlignment", "exactRepresentationAlignment", exact, qq0, recorder);
      recorder.scalar("residual", (qq - exact).cwiseAbs().maxCoeff());
      recorder.scalar("balanceResidual", balanceResidual(net_, lambda_));
      if (lambda_ == 0) {
        Eigen::VectorXd single(values_.size());
        for (Eigen::Index m = 0; m < single.size(); ++m) single[m] = modeStrength(values_[m], strength_, time);
        recorder.array("singleMode", arrayOf(single));
      }
    }
    detect(strengths, time, recorder);
  }

  State save() const override {
    State state;
    state.put("first", arrayOf(net_.first));
    state.put("second", arrayOf(net_.second));
    state.putScalar<std::int64_t>("steps", steps_);
    state.put("learned", Array::vector<std::uint8_t>(learned_));
    return state;
  }

  void load(const State& state) override {
    net_.first = matrixOf(state.get("first"), net_.first.rows(), net_.first.cols());
    net_.second = matrixOf(state.get("second"), net_.second.rows(), net_.second.cols());
    steps_ = state.scalar<std::int64_t>("steps");
    const auto learned = state.get("learned").as<std::uint8_t>();
    if (learned.size() != learned_.size()) throw DataError("saved state", "\"learned\"", "the same modes expected");
    learned_.assign(learned.begin(), learned.end());
  }

  void set(const std::string& parameter, const Json& value) override {
    throw ConfigError("/" + parameter, value.dump(), "not live: start again with it");
  }

  void apply(const std::string& intervention, const Config&, RandomStream) override {
    throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }

 private:
  static Eigen::VectorXd asVector(const std::vector<double>& values) {
    return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
  }

  LinearNet balancedStart(bool aligned, RandomStream& random) const {
    const auto n = static_cast<int>(values_.size());
    const Eigen::VectorXd strengths = Eigen::VectorXd::Constant(n, strength_);
    if (aligned) return balancedNet(strengths, lambda_, left_, right_, random);
    const Eigen::MatrixXd left = randomOrthogonal(n, random), right = randomOrthogonal(n, random);
    return balancedNet(strengths, lambda_, left, right, random);
  }

  // Entries of standard deviation sqrt(a0 / n), so that the function has entries of about a0 / sqrt(n).
  LinearNet randomStart(RandomStream& random) const {
    const Eigen::Index n = values_.size();
    LinearNet net{Eigen::MatrixXd(n, n), Eigen::MatrixXd(n, n)};
    for (Eigen::MatrixXd* weights : {&net.first, &net.second})
      for (Eigen::Index i = 0; i < weights->size(); ++i)
        weights->data()[i] = std::sqrt(strength_ / static_cast<double>(n)) * random.normal();
    return net;
  }

  Eigen::VectorXd strengthsOf(const Eigen::MatrixXd& function) const {
    return (left_.transpose() * function * right_).diagonal();
  }

  void recordAlignments(const char* kernel, const char* representation, const Eigen::MatrixXd& qq,
                        const Eigen::MatrixXd& qq0, Recorder& recorder) const {
    recorder.scalar(kernel,
                    linearKernelAlignment(flow_->input(qq), flow_->output(qq), flow_->input(qq0), flow_->output(qq0)));
    recorder.scalar(representation, gramAlignment(flow_->input(qq), flow_->input(qq0)));
  }

  /// Hidden representations of the teacher's input directions, in the three leading hidden directions of W1(0).
  Array places(const LinearNet& net) const {
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(start_.first, Eigen::ComputeFullU);
    const Eigen::MatrixXd all = (svd.matrixU().transpose() * net.first * right_).transpose();
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
      if (balanced_ && lambda_ == 0) values["halfTime"] = modeHalfTime(values_[m], strength_);
      recorder.event({.id = "mode-learned-" + std::to_string(m),
                      .step = recorder.step(),
                      .title = LS_TR("Mode learned: ") + std::to_string(m),
                      .values = std::move(values)});
    }
  }

  Eigen::VectorXd values_;
  double lambda_, strength_, dt_;
  bool runge_, balanced_;
  Eigen::MatrixXd left_, right_, correlation_;
  LinearNet start_, net_;
  std::optional<RiccatiFlow> flow_;
  std::vector<std::uint8_t> learned_;
  std::int64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<Experiment> makeModes(const Config& config, std::uint64_t seed) {
  return std::make_unique<ModesExperiment>(config, seed);
}

}  // namespace learnscope::richlazyexact
