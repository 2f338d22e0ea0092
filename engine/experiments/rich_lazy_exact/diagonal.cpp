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
class DiagonalExperiment final : public ExactProblem {
 public:
  DiagonalExperiment(const Config& config, std::uint64_t seed)
      : ExactProblem("diagonalRate", config.real("diagonalRate")), scales_(listOf(config, "alphas")) {
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
    Eigen::MatrixXd betas(static_cast<Eigen::Index>(nets_.size()), x_.cols());
    const Eigen::MatrixXd values = recordItems(
        recorder, nets_.size(),
        std::array{"fitLoss", "limitDistance", "l1", "l2", "limitL1", "limitL2", "leastNormDistance"},
        [&](std::size_t i) {
          const Eigen::VectorXd beta = nets_[i].beta(), limit = limits_.row(static_cast<Eigen::Index>(i)).transpose();
          betas.row(static_cast<Eigen::Index>(i)) = beta.transpose();
          return std::array{(x_ * beta - y_).squaredNorm() / 2,
                            (beta - limit).norm(),
                            beta.lpNorm<1>(),
                            beta.norm(),
                            limit.lpNorm<1>(),
                            limit.norm(),
                            (beta - leastNorm_).norm()};
        });
    recorder.scalar("loss", values.col(0).mean());
    recorder.array("coefficients", arrayOf(betas));
    recorder.array("limit", arrayOf(limits_));
    recorder.array("coefficientPlaces", places(betas));
    recorder.array("limitPlaces", places(limits_));
    recorder.array("truth", arrayOf(truth_));
    tellOnce(fitted_, values.col(0).maxCoeff() <= 1e-8, "data-fitted", LS_TR("Data fitted"),
             {{"largestDistance", values.col(1).maxCoeff()}}, recorder);
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

 private:
  std::vector<double> scales_;
  Eigen::MatrixXd x_, limits_;
  Eigen::VectorXd y_, truth_, leastNorm_;
  std::vector<DiagonalNet> nets_;
  bool fitted_ = false;
};

}  // namespace

std::unique_ptr<Experiment> makeDiagonal(const Config& config, std::uint64_t seed) {
  return std::make_unique<DiagonalExperiment>(config, seed);
}

}  // namespace learnscope::richlazyexact
