// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "engine/experiments/rich_lazy_exact/problems.h"
#include "engine/models/deep_linear.h"
#include "engine/models/linear_net.h"

namespace learnscope::richlazyexact {
namespace {

/// One scalar net: W1(0) of some rank, a teacher of norm 1, and what the theorem says of its kernel at the end.
struct RankNet {
  LinearNet start, net;
  Eigen::MatrixXd teacher;  ///< beta^T [1, d]
  double formula = 0;       ///< KA at the end for small weights
  double rank = 0;          ///< participation ratio of W1(0)
};

/// K = W1^T W1 + |w2|^2 I of a scalar net on whitened inputs.
double alignment(const RankNet& member) {
  const auto kernel = [](const LinearNet& net) {
    return LinearKernel::ofBlocks(net.first.transpose() * net.first, net.second * net.second.transpose());
  };
  return kernelAlignment(kernel(member.net), kernel(member.start));
}

// KA = (b^T M b + Tr M) / (|M|_F sqrt(d + 3)) with M = W1(0)^T W1(0), b = beta / |beta|, w2(0) = 0, |W1(0)| -> 0.
double formulaOf(const Eigen::MatrixXd& first, const Eigen::MatrixXd& teacher) {
  const Eigen::MatrixXd m = first.transpose() * first;
  const Eigen::VectorXd b = teacher.row(0).transpose().normalized();
  return (b.dot(m * b) + m.trace()) / (m.norm() * std::sqrt(static_cast<double>(m.rows()) + 3));
}

double participation(const Eigen::MatrixXd& first) {
  const Eigen::MatrixXd m = first.transpose() * first;
  return m.trace() * m.trace() / m.squaredNorm();
}

class RanksExperiment final : public ExactProblem {
 public:
  RanksExperiment(const Config& config, std::uint64_t seed)
      : ranks_(listOf(config, "ranks")),
        dimension_(static_cast<int>(config.integer("dimension"))),
        teachers_(static_cast<int>(config.integer("teachers"))),
        sigma_(config.real("sigma")),
        dt_(config.real("rankTimeStep")),
        kappa_(config.real("kappa")) {
    RandomStream operatorDraw(seed, "teacher operator");
    directions_ = randomOrthogonal(dimension_, operatorDraw);
    RandomStream random(seed, "ranks");
    for (int group = 0; group < groups(); ++group)
      for (int t = 0; t < teachers_; ++t) nets_.push_back(drawn(group, random));
  }

  void step(const Progress& progress) override {
    progress.report(0);
    const std::vector<RankNet> before = nets_;
    for (RankNet& member : nets_) {
      rungeKutta(member.net, member.teacher, dt_);
      if (std::isfinite(member.net.loss(member.teacher))) continue;
      nets_ = before;
      throw NumericError(steps_ + 1, "the loss is not finite; a smaller time step is needed");
    }
    ++steps_;
  }

  void measure(Recorder& recorder) override {
    if (!recorder.due("scalars")) return;
    double loss = 0;
    const Eigen::MatrixXd each =
        recordItems(recorder, nets_.size(), std::array{"netAlignment", "netTheory", "netRank"}, [&](std::size_t i) {
          loss += nets_[i].net.loss(nets_[i].teacher) / static_cast<double>(nets_.size());
          return std::array{alignment(nets_[i]), nets_[i].formula, nets_[i].rank};
        });
    recorder.scalar("time", static_cast<double>(steps_) * dt_);
    recorder.scalar("loss", loss);
    recordItems(recorder, static_cast<std::size_t>(groups()),
                std::array{"rankAlignment", "rankTheory", "effectiveRank", "rankExpected", "rankResidual"},
                [&](std::size_t g) {
                  const auto mean = [&](Eigen::Index column) {
                    return each.col(column).segment(static_cast<Eigen::Index>(g) * teachers_, teachers_).mean();
                  };
                  // Over random directions b^T M b averages to Tr M / d; the other starts are not random.
                  const double expected =
                      g < ranks_.size() ? (1 + 1.0 / dimension_) * std::sqrt(mean(2) / (dimension_ + 3)) : mean(1);
                  return std::array{mean(0), mean(1), mean(2), expected, std::abs(mean(0) - mean(1))};
                });
    Eigen::MatrixXd curve(64, 2);
    for (Eigen::Index i = 0; i < curve.rows(); ++i) {
      const double rank = 1 + (dimension_ - 1.0) * static_cast<double>(i) / static_cast<double>(curve.rows() - 1);
      curve.row(i) << rank, (1 + 1.0 / dimension_) * std::sqrt(rank / (dimension_ + 3));
    }
    recorder.array("rankCurve", arrayOf(curve));
    tellOnce(learned_, loss <= 1e-6, "teachers-learned", LS_TR("Teachers learned"), {{"loss", loss}}, recorder);
  }

  State save() const override {
    State state;
    const auto n = static_cast<Eigen::Index>(nets_.size()), d = static_cast<Eigen::Index>(dimension_);
    Eigen::MatrixXd first(n * d, d), second(n, d);
    for (Eigen::Index i = 0; i < n; ++i) {
      first.middleRows(i * d, d) = nets_[static_cast<std::size_t>(i)].net.first;
      second.row(i) = nets_[static_cast<std::size_t>(i)].net.second;
    }
    state.put("first", arrayOf(first));
    state.put("second", arrayOf(second));
    state.putScalar<std::int64_t>("steps", steps_);
    state.putScalar<std::uint8_t>("learned", learned_ ? 1 : 0);
    return state;
  }

  void load(const State& state) override {
    const auto n = static_cast<Eigen::Index>(nets_.size()), d = static_cast<Eigen::Index>(dimension_);
    const Eigen::MatrixXd first = matrixOf(state.get("first"), n * d, d), second = matrixOf(state.get("second"), n, d);
    for (Eigen::Index i = 0; i < n; ++i) {
      nets_[static_cast<std::size_t>(i)].net.first = first.middleRows(i * d, d);
      nets_[static_cast<std::size_t>(i)].net.second = second.row(i);
    }
    steps_ = state.scalar<std::int64_t>("steps");
    learned_ = state.scalar<std::uint8_t>("learned") != 0;
  }

 private:
  bool anisotropic() const { return kappa_ != 1; }
  int groups() const { return static_cast<int>(ranks_.size()) * (anisotropic() ? 2 : 1) + 2; }

  /// A teacher w F of norm 1: F has singular values kappa (the first half of `directions_`) and 1, w is Gaussian.
  Eigen::VectorXd drawnTeacher(RandomStream& random) const {
    Eigen::VectorXd b(dimension_);
    for (int i = 0; i < dimension_; ++i) b[i] = random.normal();
    if (anisotropic()) {
      b.head(dimension_ / 2) *= kappa_;
      b = directions_ * b;
    }
    return b.normalized();
  }

  // W1(0) = sigma U_r V_r^T / sqrt(r), w2(0) = 0, V random or F's; aligned: W1(0) = sigma u b^T, balanced with w2(0) =
  // sigma u^T.
  RankNet drawn(int group, RandomStream& random) const {
    const int d = dimension_, count = static_cast<int>(ranks_.size());
    RankNet member;
    const Eigen::VectorXd b = drawnTeacher(random);
    member.teacher = b.transpose();
    const Eigen::MatrixXd u = randomOrthogonal(d, random), v = randomOrthogonal(d, random);
    member.start.second = Eigen::MatrixXd::Zero(1, d);
    if (group < groups() - 2) {
      const auto r = static_cast<Eigen::Index>(ranks_[static_cast<std::size_t>(group % count)]);
      const Eigen::MatrixXd& inputs = group < count ? v : directions_;
      member.start.first = sigma_ * u.leftCols(r) * inputs.leftCols(r).transpose() / std::sqrt(static_cast<double>(r));
    } else {
      member.start.first = sigma_ * u.col(0) * b.transpose();
    }
    member.formula = formulaOf(member.start.first, member.teacher);
    if (group == groups() - 1) {
      member.start.second = sigma_ * u.col(0).transpose();
      member.formula = 1;
    }
    member.rank = participation(member.start.first);
    member.net = member.start;
    return member;
  }

  std::vector<double> ranks_;
  int dimension_, teachers_;
  double sigma_, dt_, kappa_;
  Eigen::MatrixXd directions_;  ///< V of the teachers' operator F
  std::vector<RankNet> nets_;   ///< [groups, teachers]
  bool learned_ = false;
};

}  // namespace

std::unique_ptr<Experiment> makeRanks(const Config& config, std::uint64_t seed) {
  return std::make_unique<RanksExperiment>(config, seed);
}

}  // namespace learnscope::richlazyexact
