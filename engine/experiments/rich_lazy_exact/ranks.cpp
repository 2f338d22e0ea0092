// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "engine/experiments/rich_lazy_exact/problems.h"
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
  const auto blocks = [](const LinearNet& net) {
    return std::pair<Eigen::MatrixXd, Eigen::MatrixXd>(net.first.transpose() * net.first,
                                                       net.second * net.second.transpose());
  };
  const auto [a, b] = blocks(member.net);
  const auto [a0, b0] = blocks(member.start);
  return linearKernelAlignment(a, b, a0, b0);
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

class RanksExperiment final : public Experiment {
 public:
  RanksExperiment(const Config& config, std::uint64_t seed)
      : ranks_(listOf(config, "ranks")),
        dimension_(static_cast<int>(config.integer("dimension"))),
        teachers_(static_cast<int>(config.integer("teachers"))),
        sigma_(config.real("sigma")),
        dt_(config.real("rankTimeStep")) {
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
    const auto all = static_cast<Eigen::Index>(nets_.size());
    Eigen::VectorXd alignments(all), formulas(all), ranks(all);
    double loss = 0;
    for (Eigen::Index i = 0; i < all; ++i) {
      const RankNet& member = nets_[static_cast<std::size_t>(i)];
      alignments[i] = alignment(member);
      formulas[i] = member.formula;
      ranks[i] = member.rank;
      loss += member.net.loss(member.teacher) / static_cast<double>(all);
    }
    recorder.scalar("time", static_cast<double>(steps_) * dt_);
    recorder.scalar("loss", loss);
    const Eigen::VectorXd means = grouped(alignments), theory = grouped(formulas), meanRanks = grouped(ranks);
    Eigen::VectorXd expected(means.size());
    // Over random teachers b^T M b averages to Tr M / d; the aligned starts are not random.
    for (Eigen::Index g = 0; g < means.size(); ++g)
      expected[g] = g < static_cast<Eigen::Index>(ranks_.size())
                        ? (1 + 1.0 / dimension_) * std::sqrt(meanRanks[g] / (dimension_ + 3))
                        : theory[g];
    recorder.array("rankAlignment", arrayOf(means));
    recorder.array("rankTheory", arrayOf(theory));
    recorder.array("rankExpected", arrayOf(expected));
    recorder.array("effectiveRank", arrayOf(meanRanks));
    recorder.array("netAlignment", arrayOf(alignments));
    recorder.array("netTheory", arrayOf(formulas));
    recorder.array("netRank", arrayOf(ranks));
    recorder.array("rankResidual", arrayOf(Eigen::VectorXd((means - theory).cwiseAbs())));
    if (learned_ || loss > 1e-6) return;
    learned_ = true;
    recorder.event({.id = "teachers-learned",
                    .step = recorder.step(),
                    .title = LS_TR("Teachers learned"),
                    .values = {{"loss", loss}}});
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

  void set(const std::string& parameter, const Json& value) override {
    throw ConfigError("/" + parameter, value.dump(), "not live: start again with it");
  }
  void apply(const std::string& intervention, const Config&, RandomStream) override {
    throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }

 private:
  int groups() const { return static_cast<int>(ranks_.size()) + 2; }

  // W1(0) = sigma U_r V_r^T / sqrt(r), w2(0) = 0; aligned: W1(0) = sigma u b^T, balanced with w2(0) = sigma u^T.
  RankNet drawn(int group, RandomStream& random) const {
    const int d = dimension_;
    RankNet member;
    Eigen::VectorXd b(d);
    for (int i = 0; i < d; ++i) b[i] = random.normal();
    b.normalize();
    member.teacher = b.transpose();
    const Eigen::MatrixXd u = randomOrthogonal(d, random), v = randomOrthogonal(d, random);
    member.start.second = Eigen::MatrixXd::Zero(1, d);
    if (group < static_cast<int>(ranks_.size())) {
      const auto r = static_cast<Eigen::Index>(ranks_[static_cast<std::size_t>(group)]);
      member.start.first = sigma_ * u.leftCols(r) * v.leftCols(r).transpose() / std::sqrt(static_cast<double>(r));
      member.formula = formulaOf(member.start.first, member.teacher);
    } else {
      member.start.first = sigma_ * u.col(0) * b.transpose();
      member.formula = formulaOf(member.start.first, member.teacher);
      if (group == groups() - 1) {
        member.start.second = sigma_ * u.col(0).transpose();
        member.formula = 1;
      }
    }
    member.rank = participation(member.start.first);
    member.net = member.start;
    return member;
  }

  Eigen::VectorXd grouped(const Eigen::VectorXd& values) const {
    Eigen::VectorXd means(groups());
    for (int g = 0; g < groups(); ++g) means[g] = values.segment(g * teachers_, teachers_).mean();
    return means;
  }

  std::vector<double> ranks_;
  int dimension_, teachers_;
  double sigma_, dt_;
  std::vector<RankNet> nets_;  ///< [groups, teachers]
  std::int64_t steps_ = 0;
  bool learned_ = false;
};

}  // namespace

std::unique_ptr<Experiment> makeRanks(const Config& config, std::uint64_t seed) {
  return std::make_unique<RanksExperiment>(config, seed);
}

}  // namespace learnscope::richlazyexact
