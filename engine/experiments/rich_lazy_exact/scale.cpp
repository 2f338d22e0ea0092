// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
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

constexpr int gridSide = 33;       ///< of the picture of a function of two inputs
constexpr double gridReach = 1.2;  ///< half its side; the points lie on the unit circle

SphereData dataOf(const Config& config, std::uint64_t seed) {
  const auto points = static_cast<int>(config.integer("points"));
  const std::string kind = config.text("data");
  if (kind == "classes") return circleClasses(points, {seed, "circle"});
  return sphereData(points, kind == "circle" ? 2 : static_cast<int>(config.integer("inputs")), 5, {seed, "sphere"});
}

/// All points of the grid, row by row from the bottom: x runs along a row.
Eigen::MatrixXd gridPoints() {
  Eigen::MatrixXd points(gridSide * gridSide, 2);
  const auto along = [](int i) { return gridReach * (2.0 * i / (gridSide - 1) - 1); };
  for (int r = 0; r < gridSide; ++r)
    for (int c = 0; c < gridSide; ++c) points.row(r * gridSide + c) << along(c), along(r);
  return points;
}

/// Two-layer ReLU nets of several output scales learn the same teacher; each stops when it has.
class ScaleExperiment final : public ExactProblem {
 public:
  ScaleExperiment(const Config& config, std::uint64_t seed)
      : ExactProblem("scaleRate", config.real("scaleRate")),
        scales_(listOf(config, "scales")),
        data_(dataOf(config, seed)) {
    for (const double scale : scales_)
      nets_.emplace_back(static_cast<int>(config.integer("width")), scale, data_.x, RandomStream(seed, "relu"));
    startKernel_ = nets_.front().kernel();
    startLoss_ = data_.y.squaredNorm() / (2.0 * static_cast<double>(data_.y.size()));
    linear_.setZero(data_.y.size(), static_cast<Eigen::Index>(scales_.size()));
    stopped_.assign(scales_.size(), -1);
    regimes_.assign(scales_.size(), 0);
  }

  void step(const Progress& progress) override {
    progress.report(0);
    const std::vector<ScaledRelu> before = nets_;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
      if (stopped_[i] >= 0) continue;
      nets_[i].descend(data_.y, rate_);
      const double loss = nets_[i].loss(data_.y);
      if (!std::isfinite(loss)) {
        nets_ = before;
        throw NumericError(steps_ + 1, "the loss is not finite; a smaller rate is needed");
      }
      descendLinear(static_cast<Eigen::Index>(i));
      if (loss < learnedShare * startLoss_) stopped_[i] = steps_ + 1;
    }
    ++steps_;
  }

  void measure(Recorder& recorder) override {
    if (!recorder.due("scalars")) return;
    const double law = nets_.back().distance() * nets_.back().alpha();
    const Eigen::MatrixXd values =
        recordItems(recorder, nets_.size(),
                    std::array{"scaleLoss", "distance", "inverseLaw", "scale", "lawResidual", "linearisationErrors"},
                    [&](std::size_t i) {
                      const ScaledRelu& net = nets_[i];
                      const Eigen::VectorXd outputs = net.outputs();
                      const double inverse = law / net.alpha();
                      return std::array{net.loss(data_.y) / startLoss_,
                                        net.distance(),
                                        inverse,
                                        net.alpha(),
                                        std::abs(net.distance() / inverse - 1),
                                        (outputs - linear_.col(static_cast<Eigen::Index>(i))).norm() / outputs.norm()};
                    });
    recorder.scalar("loss", values.col(0).mean());
    recordSlope(values.col(1), recorder);
    detect(values.col(1), recorder);
    if (!recorder.due("kernels")) return;
    recordItems(recorder, nets_.size(), std::array{"scaleAlignment"},
                [&](std::size_t i) { return std::array{gramAlignment(nets_[i].kernel(), startKernel_)}; });
    if (data_.x.cols() == 2) recordPlane(recorder);
  }

  State save() const override;
  void load(const State& state) override;

 private:
  /// The net linearised at its start takes the same step: F <- F - rate K0 (F - y) / points.
  void descendLinear(Eigen::Index i) {
    linear_.col(i) -= rate_ / static_cast<double>(data_.y.size()) * (startKernel_ * (linear_.col(i) - data_.y));
  }

  /// What 2D data allow to draw: the functions over the plane and the neurons in it.
  void recordPlane(Recorder& recorder) const {
    const auto n = static_cast<std::int64_t>(nets_.size());
    const std::int64_t width = nets_.front().second().size();
    const Eigen::MatrixXd grid = gridPoints();
    const double most = std::max(data_.y.cwiseAbs().maxCoeff(), 1e-300);
    Array surfaces(DType::Float64, {n, gridSide, gridSide}), neurons(DType::Float64, {n, width, 2});
    auto surface = surfaces.mutableAs<double>().begin();
    auto neuron = neurons.mutableAs<double>().begin();
    for (const ScaledRelu& net : nets_) {
      const Eigen::VectorXd values = net.outputsAt(grid) / most;
      surface = std::copy(values.begin(), values.end(), surface);
      const Array places = arrayOf(net.neurons(false));
      neuron = std::copy(places.as<double>().begin(), places.as<double>().end(), neuron);
    }
    Eigen::MatrixXd points(data_.x.rows(), 3);
    points << data_.x, data_.y / most;
    recorder.array("surface", surfaces);
    recorder.array("neurons", neurons);
    recorder.array("startNeurons", arrayOf(nets_.front().neurons(true)));
    recorder.array("dataPlaces", arrayOf(points));
  }

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
  SphereData data_;
  std::vector<ScaledRelu> nets_;
  Eigen::MatrixXd startKernel_;
  Eigen::MatrixXd linear_;  ///< outputs of the linearised nets [points, scales]
  double startLoss_ = 1;
  std::vector<std::int64_t> stopped_;  ///< step at which a net had learned, or -1
  std::vector<std::int64_t> regimes_;  ///< 0 not told, 1 lazy, 2 rich
};

State ScaleExperiment::save() const {
  State state;
  for (std::size_t i = 0; i < nets_.size(); ++i) {
    state.put("first." + std::to_string(i), arrayOf(nets_[i].first()));
    state.put("second." + std::to_string(i), arrayOf(nets_[i].second()));
  }
  state.put("linear", arrayOf(linear_));
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
  linear_ = matrixOf(state.get("linear"), linear_.rows(), linear_.cols());
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
