// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "engine/experiments/concept_space/experiment.h"
#include "engine/experiments/concept_space/recording.h"
#include "engine/measures/swing_by.h"

namespace learnscope::concept_space {
namespace {

std::vector<double> numbers(const Config& config, const std::string& id) {
  std::vector<double> values;
  for (const Json& value : config[id]) values.push_back(value.get<double>());
  return values;
}

SwingBy modelOf(const Config& config) {
  const std::vector<double> mu = numbers(config, "vector.means");
  const std::vector<double> sigma(mu.size(), config.real("swing.spread"));
  return {mu, sigma,
          SwingBy::correlatedStart(static_cast<int>(mu.size()), config.real("swing.start"),
                                   config.real("swing.correlation"))};
}

constexpr double kArrowTime = 0.3;  ///< an arrow reaches as far as the point moves in this time: 300 steps

/// A turning point of a sampled function: the middle of the last three samples is above or below both others.
class TurningPoint {
 public:
  /// 1 if the sample before was a maximum, -1 if a minimum, else 0.
  int add(double value) {
    const int found = count_ < 2                            ? 0
                      : (last_ > before_ && last_ >= value) ? 1
                      : (last_ < before_ && last_ <= value) ? -1
                                                            : 0;
    before_ = last_;
    last_ = value;
    ++count_;
    turned_ = before_;
    return found;
  }
  double turned() const { return turned_; }
  std::vector<double> values() const { return {before_, last_, static_cast<double>(count_)}; }
  void restore(std::span<const double> values) {
    before_ = values[0];
    last_ = values[1];
    count_ = static_cast<int>(values[2]);
  }

 private:
  double before_ = 0, last_ = 0, turned_ = 0;
  int count_ = 0;
};

class SwingByExperiment final : public Experiment {
 public:
  explicit SwingByExperiment(const Config& config)
      : setting_(settingOf(config)),
        planned_(static_cast<double>(config.integer("steps"))),
        spread_(config.real("swing.spread")),
        model_(modelOf(config)) {
    loss_.add(model_.oodLoss());
    first_.add(model_.point()[0]);
  }

  void step(const Progress&) override {
    model_.advance(kSwingByStep);
    ++steps_;
    const double loss = model_.oodLoss();
    if (!std::isfinite(loss)) throw NumericError(steps_, "the flow is not finite; start with a smaller scale");
    if (const int kind = loss_.add(loss)) news_.push_back({0, kind, steps_ - 1, loss_.turned()});
    if (const int kind = first_.add(model_.point()[0])) news_.push_back({1, kind, steps_ - 1, first_.turned()});
  }

  void measure(Recorder& recorder) override {
    for (const News& news : news_) recordNews(news, recorder);
    news_.clear();
    if (recorder.due("start")) recordCorners(setting_, spread_, recorder);
    if (recorder.due("scalars")) recordScalars(recorder);
    if (recorder.due("arrays")) recordPoints(recorder);
  }

  State save() const override {
    State state;
    const Eigen::MatrixXd& w = model_.map();
    state.put("map", Array::from<double>({w.data(), static_cast<std::size_t>(w.size())}, {w.rows(), w.cols()}));
    state.putScalar<double>("time", model_.time());
    state.putScalar<std::int64_t>("steps", steps_);
    const std::vector<double> loss = loss_.values(), first = first_.values();
    state.put("loss", Array::vector<double>(loss));
    state.put("first", Array::vector<double>(first));
    std::vector<double> news;
    for (const News& n : news_)
      news.insert(news.end(),
                  {static_cast<double>(n.quantity), static_cast<double>(n.kind), static_cast<double>(n.step), n.value});
    state.put("news", Array::vector<double>(news));
    return state;
  }

  void load(const State& state) override {
    const Array& map = state.get("map");
    const Eigen::Index s = model_.map().rows();
    const auto loss = state.get("loss").as<double>(), first = state.get("first").as<double>();
    if (map.shape() != std::vector<std::int64_t>{s, s} || loss.size() != 3 || first.size() != 3)
      throw DataError("saved state", "\"map\"", "of another number of concepts");
    model_.restore(state.scalar<double>("time"), Eigen::Map<const Eigen::MatrixXd>(map.as<double>().data(), s, s));
    steps_ = state.scalar<std::int64_t>("steps");
    loss_.restore(loss);
    first_.restore(first);
    news_.clear();
    const auto news = state.get("news").as<double>();
    for (std::size_t i = 0; i + 3 < news.size(); i += 4)
      news_.push_back({static_cast<std::int64_t>(news[i]), static_cast<std::int64_t>(news[i + 1]),
                       static_cast<std::int64_t>(news[i + 2]), news[i + 3]});
  }

  void set(const std::string&, const Json&) override {}
  void apply(const std::string& intervention, const Config&, RandomStream) override {
    throw ConfigError("/intervene", intervention, "the exact model takes no interventions");
  }

 private:
  struct News {
    std::int64_t quantity, kind, step;
    double value;
  };

  static void recordNews(const News& news, Recorder& recorder) {
    const bool maximum = news.kind > 0;
    recorder.event({.id = std::string(news.quantity == 0 ? "loss" : "concept") + (maximum ? "-maximum" : "-minimum"),
                    .step = news.step,
                    .title = std::string(news.quantity == 0 ? LS_TR("OOD loss") : LS_TR("Point on axis 1")) +
                             (maximum ? LS_TR(": maximum") : LS_TR(": minimum")),
                    .values = {{"time", static_cast<double>(news.step) * kSwingByStep}, {"value", news.value}}});
  }

  void recordScalars(Recorder& recorder) {
    recorder.scalar("time", model_.time());
    recorder.scalar("swingOodLoss", model_.oodLoss());
    recorder.scalar("swingTrainLoss", model_.trainLoss());
    static constexpr const char* names[] = {"ood1", "ood2", "ood3"};
    const Eigen::VectorXd point = model_.point();
    for (Eigen::Index j = 0; j < point.size(); ++j) recorder.scalar(names[j], point[j]);
  }

  void recordPoints(Recorder& recorder) {
    const double progress = static_cast<double>(steps_) / planned_;
    const auto d = static_cast<std::size_t>(setting_.concepts);
    std::vector<float> others, focus, otherArrows, arrow;
    std::vector<std::int64_t> ids;
    // The point is linear in the map: its velocity is what the flow, added to the map, moves it by.
    SwingBy ahead = model_;
    ahead.restore(model_.time(), model_.map() + kArrowTime * model_.flow(model_.map()));
    for (int k = 0; k < setting_.classes(); ++k) {
      bool present[3] = {};
      for (std::size_t j = 0; j < d; ++j) present[j] = setting_.digit(k, static_cast<int>(j)) != 0;
      const Eigen::VectorXd point = model_.point(std::span<const bool>(present, d));
      const std::array<float, 3> at = scenePoint({point.data(), d}, progress);
      std::vector<float>& to = k == setting_.focus ? focus : others;
      to.insert(to.end(), at.begin(), at.end());
      const Eigen::VectorXd moved = ahead.point(std::span<const bool>(present, d)) - point;
      for (Eigen::Index j = 0; j < 3; ++j)
        (k == setting_.focus ? arrow : otherArrows).push_back(j < moved.size() ? static_cast<float>(moved[j]) : 0.0F);
      if (k != setting_.focus) ids.push_back(k);
    }
    recorder.array("classPoints", Array::from<float>(others, {static_cast<std::int64_t>(ids.size()), 3}, ids));
    recorder.array("naivePoint", Array::from<float>(focus, {1, 3}, {setting_.focus}));
    recorder.array("classVelocities", Array::from<float>(otherArrows, {static_cast<std::int64_t>(ids.size()), 3}, ids));
    recorder.array("naiveVelocity", Array::from<float>(arrow, {1, 3}, {setting_.focus}));
    const Eigen::MatrixXd& w = model_.map();
    recorder.array("swingMap",
                   Array::from<double>({w.data(), static_cast<std::size_t>(w.size())}, {w.rows(), w.cols()}));
  }

  Setting setting_;
  double planned_, spread_;
  SwingBy model_;
  std::int64_t steps_ = 0;
  TurningPoint loss_, first_;
  std::vector<News> news_;  ///< turning points not yet recorded
};

}  // namespace

std::unique_ptr<Experiment> makeSwingByExperiment(const Config& config) {
  return std::make_unique<SwingByExperiment>(config);
}

}  // namespace learnscope::concept_space
