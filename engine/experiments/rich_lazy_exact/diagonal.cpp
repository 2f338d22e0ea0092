// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/experiments/rich_lazy_exact/problems.h"
#include "engine/models/diagonal_net.h"

namespace learnscope::richlazyexact {
namespace {

/// Coefficients [scales, D] as a picture [scales, D, 3]: x the coefficient's index, y the scale's, z the value.
Array places(const Eigen::MatrixXd& values) {
  Array array(DType::Float64, {values.rows(), values.cols(), 3});
  const auto out = array.mutableAs<double>();
  std::size_t at = 0;
  const auto along = [](Eigen::Index i, Eigen::Index n) { return n > 1 ? 2.0 * double(i) / double(n - 1) - 1 : 0; };
  for (Eigen::Index i = 0; i < values.rows(); ++i)
    for (Eigen::Index j = 0; j < values.cols(); ++j) {
      out[at++] = 1.6 * along(j, values.cols());
      out[at++] = along(i, values.rows());
      out[at++] = values(i, j);
    }
  return array;
}

/// Diagonal nets of several scales fit the same data beside the solution that each must end at.
class DiagonalExperiment final : public Experiment {
 public:
  DiagonalExperiment(const Config& config, std::uint64_t seed)
      : scales_(listOf(config, "alphas")), rate_(config.real("diagonalRate")) {
    const auto rows = static_cast<Eigen::Index>(config.integer("rows")),
               columns = static_cast<Eigen::Index>(config.integer("columns"));
    RandomStream random(seed, "regression");
    x_.resize(rows, columns);
    for (Eigen::Index i = 0; i < rows; ++i)
      for (Eigen::Index j = 0; j < columns; ++j) x_(i, j) = random.normal();
    truth_ = Eigen::VectorXd::Zero(columns);
    truth_[1] = 1;
    truth_[7] = -0.8;
    y_ = x_ * truth_;
    leastNorm_ = leastNormSolution(x_, y_);
    limits_.resize(static_cast<Eigen::Index>(scales_.size()), columns);
    for (std::size_t i = 0; i < scales_.size(); ++i) {
      nets_.push_back(DiagonalNet::start(static_cast<int>(columns), scales_[i]));
      limits_.row(static_cast<Eigen::Index>(i)) = diagonalLimit(x_, y_, scales_[i]).transpose();
    }
  }

  // The curvature in u and v grows with alpha^2: larger scales take proportionally smaller steps.
  void step(const Progress& progress) override {
    progress.report(0);
    const std::vector<DiagonalNet> before = nets_;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
      const double rate = rate_ / std::max(1.0, scales_[i] * scales_[i]);
      for (int k = 0; k < diagonalBurst; ++k) nets_[i].descend(x_, y_, rate);
      if (nets_[i].u.allFinite() && nets_[i].v.allFinite()) continue;
      nets_ = before;
      throw NumericError(steps_ + 1, "the weights are not finite; a smaller rate is needed");
    }
    ++steps_;
  }

  void measure(Recorder& recorder) override {
    if (!recorder.due("scalars")) return;
    const auto n = static_cast<Eigen::Index>(nets_.size());
    Eigen::MatrixXd betas(n, x_.cols());
    Eigen::VectorXd loss(n), distance(n), l1(n), l2(n), least(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const Eigen::VectorXd beta = nets_[static_cast<std::size_t>(i)].beta();
      betas.row(i) = beta.transpose();
      loss[i] = (x_ * beta - y_).squaredNorm() / 2;
      distance[i] = (beta.transpose() - limits_.row(i)).norm();
      l1[i] = beta.lpNorm<1>();
      l2[i] = beta.norm();
      least[i] = (beta - leastNorm_).norm();
    }
    recorder.scalar("loss", loss.mean());
    recorder.array("coefficients", arrayOf(betas));
    recorder.array("limit", arrayOf(limits_));
    recorder.array("coefficientPlaces", places(betas));
    recorder.array("limitPlaces", places(limits_));
    recorder.array("truth", arrayOf(truth_));
    recorder.array("fitLoss", arrayOf(loss));
    recorder.array("limitDistance", arrayOf(distance));
    recorder.array("l1", arrayOf(l1));
    recorder.array("l2", arrayOf(l2));
    recorder.array("limitL1", arrayOf(Eigen::VectorXd(limits_.cwiseAbs().rowwise().sum())));
    recorder.array("limitL2", arrayOf(Eigen::VectorXd(limits_.rowwise().norm())));
    recorder.array("leastNormDistance", arrayOf(least));
    if (fitted_ || loss.maxCoeff() > 1e-8) return;
    fitted_ = true;
    recorder.event({.id = "data-fitted",
                    .step = recorder.step(),
                    .title = LS_TR("Data fitted"),
                    .values = {{"largestDistance", distance.maxCoeff()}}});
  }

  State save() const override {
    State state;
    const auto n = static_cast<Eigen::Index>(nets_.size());
    Eigen::MatrixXd u(n, x_.cols()), v(n, x_.cols());
    for (Eigen::Index i = 0; i < n; ++i) {
      u.row(i) = nets_[static_cast<std::size_t>(i)].u.transpose();
      v.row(i) = nets_[static_cast<std::size_t>(i)].v.transpose();
    }
    state.put("u", arrayOf(u));
    state.put("v", arrayOf(v));
    state.putScalar<std::int64_t>("steps", steps_);
    state.putScalar<std::uint8_t>("fitted", fitted_ ? 1 : 0);
    return state;
  }

  void load(const State& state) override {
    const auto n = static_cast<Eigen::Index>(nets_.size());
    const Eigen::MatrixXd u = matrixOf(state.get("u"), n, x_.cols()), v = matrixOf(state.get("v"), n, x_.cols());
    for (Eigen::Index i = 0; i < n; ++i) {
      nets_[static_cast<std::size_t>(i)].u = u.row(i).transpose();
      nets_[static_cast<std::size_t>(i)].v = v.row(i).transpose();
    }
    steps_ = state.scalar<std::int64_t>("steps");
    fitted_ = state.scalar<std::uint8_t>("fitted") != 0;
  }

  void set(const std::string& parameter, const Json& value) override {
    if (parameter != "diagonalRate") throw ConfigError("/" + parameter, value.dump(), "not live: start again with it");
    rate_ = value.get<double>();
  }
  void apply(const std::string& intervention, const Config&, RandomStream) override {
    throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }

 private:
  std::vector<double> scales_;
  double rate_;
  Eigen::MatrixXd x_, limits_;
  Eigen::VectorXd y_, truth_, leastNorm_;
  std::vector<DiagonalNet> nets_;
  std::int64_t steps_ = 0;
  bool fitted_ = false;
};

}  // namespace

std::unique_ptr<Experiment> makeDiagonal(const Config& config, std::uint64_t seed) {
  return std::make_unique<DiagonalExperiment>(config, seed);
}

}  // namespace learnscope::richlazyexact
