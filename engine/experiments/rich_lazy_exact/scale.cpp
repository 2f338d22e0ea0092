// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "engine/experiments/rich_lazy_exact/problems.h"
#include "engine/models/linear_net.h"
#include "engine/models/scaled_relu.h"

namespace learnscope::richlazyexact {
namespace {

constexpr double learnedShare = 1e-4;  ///< of the loss at the start: where a net stops

/// Slope of ln y against ln x by least squares; NaN below two points.
double logSlope(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double mx = 0, my = 0, xy = 0, xx = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mx += std::log(x[i]) / n, my += std::log(y[i]) / n;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (std::log(x[i]) - mx) * (std::log(y[i]) - my);
    xx += (std::log(x[i]) - mx) * (std::log(x[i]) - mx);
  }
  return xx > 0 ? xy / xx : std::numeric_limits<double>::quiet_NaN();
}

/// Two-layer ReLU nets of several output scales learn the same teacher; each stops when it has.
class ScaleExperiment final : public Experiment {
 public:
  ScaleExperiment(const Config& config, std::uint64_t seed)
      : scales_(listOf(config, "scales")), rate_(config.real("scaleRate")) {
    const auto points = static_cast<int>(config.integer("points"));
    const SphereData data = sphereData(points, static_cast<int>(config.integer("inputs")), 5, {seed, "sphere"});
    y_ = data.y;
    for (const double scale : scales_)
      nets_.emplace_back(static_cast<int>(config.integer("width")), scale, data.x, RandomStream(seed, "relu"));
    startKernel_ = nets_.front().kernel();
    startLoss_ = y_.squaredNorm() / (2.0 * points);
    stopped_.assign(scales_.size(), -1);
    regimes_.assign(scales_.size(), 0);
  }

  void step(const Progress& progress) override {
    progress.report(0);
    const std::vector<ScaledRelu> before = nets_;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
      if (stopped_[i] >= 0) continue;
      nets_[i].descend(y_, rate_);
      const double loss = nets_[i].loss(y_);
      if (!std::isfinite(loss)) {
        nets_ = before;
        throw NumericError(steps_ + 1, "the loss is not finite; a smaller rate is needed");
      }
      if (loss < learnedShare * startLoss_) stopped_[i] = steps_ + 1;
    }
    ++steps_;
  }

  void measure(Recorder& recorder) override {
    if (!recorder.due("scalars")) return;
    const auto n = static_cast<Eigen::Index>(nets_.size());
    Eigen::VectorXd loss(n), distance(n), inverse(n), scales(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const ScaledRelu& net = nets_[static_cast<std::size_t>(i)];
      loss[i] = net.loss(y_) / startLoss_;
      distance[i] = net.distance();
      scales[i] = net.alpha();
    }
    const Eigen::Index last = n - 1;
    for (Eigen::Index i = 0; i < n; ++i) inverse[i] = distance[last] * scales[last] / scales[i];
    recorder.scalar("loss", loss.mean());
    recorder.array("scaleLoss", arrayOf(loss));
    recorder.array("distance", arrayOf(distance));
    recorder.array("inverseLaw", arrayOf(inverse));
    recorder.array("scale", arrayOf(scales));
    recordSlope(distance, recorder);
    detect(distance, recorder);
    if (!recorder.due("kernels")) return;
    Eigen::VectorXd alignments(n);
    for (Eigen::Index i = 0; i < n; ++i)
      alignments[i] = gramAlignment(nets_[static_cast<std::size_t>(i)].kernel(), startKernel_);
    recorder.array("scaleAlignment", arrayOf(alignments));
  }

  State save() const override;
  void load(const State& state) override;

  void set(const std::string& parameter, const Json& value) override {
    if (parameter != "scaleRate") throw ConfigError("/" + parameter, value.dump(), "not live: start again with it");
    rate_ = value.get<double>();
  }
  void apply(const std::string& intervention, const Config&, RandomStream) override {
    throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }

 private:
  bool allStopped() const {
    for (const std::int64_t step : stopped_)
      if (step < 0) return false;
    return true;
  }

  // Over the scales of 10 and more, where the law is asserted.
  void recordSlope(const Eigen::VectorXd& distance, Recorder& recorder) const {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < scales_.size(); ++i)
      if (scales_[i] >= 10 && distance[static_cast<Eigen::Index>(i)] > 0) {
        x.push_back(scales_[i]);
        y.push_back(distance[static_cast<Eigen::Index>(i)]);
      }
    if (const double slope = logSlope(x, y); std::isfinite(slope)) recorder.scalar("slope", slope);
  }

  // Lazy: |w - w(0)| falls as 1/alpha around the point (between its neighbours); told once all have learned.
  void detect(const Eigen::VectorXd& distance, Recorder& recorder) {
    if (!allStopped()) return;
    for (std::size_t i = 0; i < scales_.size(); ++i) {
      if (regimes_[i] != 0 || scales_.size() < 2) continue;
      std::vector<double> x, y;
      for (std::size_t k = i == 0 ? 0 : i - 1; k <= std::min(i + 1, scales_.size() - 1); ++k) {
        x.push_back(scales_[k]);
        y.push_back(distance[static_cast<Eigen::Index>(k)]);
      }
      const double slope = logSlope(x, y);
      const bool lazy = std::abs(slope + 1) <= 0.15;
      regimes_[i] = lazy ? 1 : 2;
      recorder.event({.id = (lazy ? "lazy-" : "rich-") + std::to_string(i),
                      .step = recorder.step(),
                      .title = (lazy ? LS_TR("Lazy: ") : LS_TR("Rich: ")) + scaleNames(scales_)[i],
                      .values = {{"slope", slope}, {"alpha", scales_[i]}}});
    }
  }

  std::vector<double> scales_;
  double rate_;
  Eigen::VectorXd y_;
  std::vector<ScaledRelu> nets_;
  Eigen::MatrixXd startKernel_;
  double startLoss_ = 1;
  std::vector<std::int64_t> stopped_;  ///< step at which a net had learned, or -1
  std::vector<std::int64_t> regimes_;  ///< 0 not told, 1 lazy, 2 rich
  std::int64_t steps_ = 0;
};

State ScaleExperiment::save() const {
  State state;
  for (std::size_t i = 0; i < nets_.size(); ++i) {
    state.put("first." + std::to_string(i), arrayOf(nets_[i].first()));
    state.put("second." + std::to_string(i), arrayOf(nets_[i].second()));
  }
  state.put("stopped", Array::vector<std::int64_t>(stopped_));
  state.put("regimes", Array::vector<std::int64_t>(regimes_));
  state.putScalar<std::int64_t>("steps", steps_);
  return state;
}

void ScaleExperiment::load(const State& state) {
  for (std::size_t i = 0; i < nets_.size(); ++i) {
    Eigen::MatrixXd& first = nets_[i].first();
    Eigen::VectorXd& second = nets_[i].second();
    first = matrixOf(state.get("first." + std::to_string(i)), first.rows(), first.cols());
    second = matrixOf(state.get("second." + std::to_string(i)), second.rows(), 1);
  }
  const auto stopped = state.get("stopped").as<std::int64_t>(), regimes = state.get("regimes").as<std::int64_t>();
  if (stopped.size() != stopped_.size() || regimes.size() != regimes_.size())
    throw DataError("saved state", "\"stopped\"", "the same scales expected");
  stopped_.assign(stopped.begin(), stopped.end());
  regimes_.assign(regimes.begin(), regimes.end());
  steps_ = state.scalar<std::int64_t>("steps");
}

}  // namespace

std::unique_ptr<Experiment> makeScale(const Config& config, std::uint64_t seed) {
  return std::make_unique<ScaleExperiment>(config, seed);
}

}  // namespace learnscope::richlazyexact
