// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/experiment.h"

#include "engine/core/redraw.h"

#include <algorithm>
#include <cmath>

#include "engine/models/threads.h"

namespace learnscope::rnnhmm {
namespace {

ThirdAxis thirdOf(const Config& config) {
  return config.text("third") == "readout" ? ThirdAxis::Readout : ThirdAxis::Component;
}

class RnnHmmExperiment final : public Experiment {
 public:
  RnnHmmExperiment(const Config& config, std::uint64_t seed)
      : config_(config),
        seed_(seed),
        world_(config),
        trainer_(shapeOf(config, world_.symbols()), trainingOf(config), seed),
        data_(seed, "data"),
        swarm_(static_cast<int>(config.integer("model.hidden"))),
        measurement_(world_, seed) {
    useOneThread();
    sizeTarget();
  }

  void step(const Progress&) override {
    followCurriculum();
    const std::uint64_t before = data_.position();
    world_.sample(trainer_.options().batch, trainer_.options().length, data_, target_.data());
    try {
      trainer_.step(target_);
    } catch (const NumericError& error) {
      data_.setPosition(before);
      throw NumericError(error.step(), std::string("the state grew beyond all bounds (explosion); branch from before "
                                                   "with a larger train.activity or a smaller train.learningRate"));
    }
    if (trainer_.steps() % spacing(config_, "swarm") == 0)
      swarm_.advance(net().exact, config_.flag("noise.swarm"), analysisNoise(seed_, "swarm", trainer_.steps()));
  }

  void measure(Recorder& recorder) override {
    measurement_.record(net(), trainer_.options(), thirdOf(config_), swarm_, recorder);
  }

  State save() const override;
  void load(const State& state) override;
  void set(const std::string& parameter, const Json& value) override;
  void apply(const std::string& intervention, const Config& arguments, RandomStream random) override;

 private:
  Net net() const { return {trainer_.weights(), config_.real("noise.sigma")}; }

  void sizeTarget() {
    const RnnTraining& t = trainer_.options();
    target_.resize(static_cast<std::size_t>(t.batch) * static_cast<std::size_t>(t.length));
  }

  void followCurriculum() {
    const RnnTraining wanted = trainingOf(config_, trainer_.steps());
    if (wanted == trainer_.options()) return;
    trainer_.change(wanted);
    measurement_.changed();
    sizeTarget();
  }

  std::vector<int> unitsOf(const Config& arguments) const;

  Config config_;
  std::uint64_t seed_;
  World world_;
  SymbolRnnTrainer<float> trainer_;
  RandomStream data_;
  std::vector<std::uint8_t> target_;
  Swarm swarm_;
  Measurement measurement_;
};

State RnnHmmExperiment::save() const {
  State state;
  state.merge("trainer.", trainer_.save());
  state.merge("swarm.", swarm_.save());
  state.merge("measurement.", measurement_.save());
  state.putScalar<std::int64_t>("data", static_cast<std::int64_t>(data_.position()));
  return state;
}

void RnnHmmExperiment::load(const State& state) {
  trainer_.load(state.sub("trainer."));
  swarm_.load(state.sub("swarm."));
  measurement_.load(state.sub("measurement."));
  data_.setPosition(static_cast<std::uint64_t>(state.scalar<std::int64_t>("data")));
  followCurriculum();
}

void RnnHmmExperiment::set(const std::string& parameter, const Json& value) {
  Config changed = config_;
  changed.set(parameter, value);
  if (const std::vector<Problem> problems = windowProblems(changed, world_.longest()); !problems.empty())
    throw ConfigError(problems);
  if (parameter.starts_with("hmm.")) {
    World world(changed);
    if (world.symbols() != world_.symbols())
      throw ConfigError("/" + parameter, value.dump(),
                        "a process of " + std::to_string(world_.symbols()) + " symbols: the readout has as many");
    world_ = std::move(world);
  }
  const RnnTraining wanted = trainingOf(changed, trainer_.steps());
  config_ = std::move(changed);
  trainer_.change(wanted);
  measurement_.changed();
  sizeTarget();
}

std::vector<int> RnnHmmExperiment::unitsOf(const Config& arguments) const {
  std::vector<int> units = unitsIn(arguments["units"], "/units", trainer_.weights().shape.hidden);
  if (units.empty()) throw ConfigError("/units", "[]", "at least one unit");
  return units;
}

void RnnHmmExperiment::apply(const std::string& intervention, const Config& arguments, RandomStream random) {
  RnnWeights<float>& weights = trainer_.mutableWeights();
  if (intervention == redrawId) {
    redraw(data_, arguments.integer("draw"));
  } else if (intervention == "set-gains") {
    for (const int unit : unitsOf(arguments)) {
      weights.recurrentGain[static_cast<std::size_t>(unit)] = static_cast<float>(arguments.real("recurrent"));
      weights.noiseGain[static_cast<std::size_t>(unit)] = static_cast<float>(arguments.real("noise"));
    }
  } else if (intervention == "noise-into") {
    const std::vector<int> units = unitsOf(arguments);
    std::fill(weights.noiseGain.begin(), weights.noiseGain.end(), 0.0F);
    for (const int unit : units) weights.noiseGain[static_cast<std::size_t>(unit)] = 1;
  } else if (intervention == "reset-gains") {
    std::fill(weights.recurrentGain.begin(), weights.recurrentGain.end(), 1.0F);
    std::fill(weights.noiseGain.begin(), weights.noiseGain.end(), 1.0F);
  } else if (intervention == "add-bias") {
    trainer_.addBias();
    const auto hidden = static_cast<std::size_t>(weights.shape.hidden);
    std::vector<double> direction(hidden);
    const bool readout = arguments.text("direction") == "readout";
    const float* last = weights.c() + (static_cast<std::size_t>(weights.shape.symbols) - 1) * hidden;
    double squares = 0;
    for (std::size_t u = 0; u < hidden; ++u) {
      direction[u] = readout ? static_cast<double>(last[u] - weights.c()[u]) : random.normal();
      squares += direction[u] * direction[u];
    }
    const double scale = squares > 0 ? arguments.real("size") / std::sqrt(squares) : 0;
    for (std::size_t u = 0; u < hidden; ++u) weights.bias()[u] += static_cast<float>(scale * direction[u]);
  } else if (intervention == "reset-optimizer") {
    trainer_.resetOptimizer();
  } else {
    throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }
}

}  // namespace

std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress) {
  progress.report(0.5, LS_TR("drawing the weights"));
  return std::make_unique<RnnHmmExperiment>(config, seed);
}

std::vector<int> unitsIn(const Json& list, const std::string& pointer, std::int64_t hidden) {
  std::vector<int> units;
  for (const Json& value : list) {
    const double unit = value.get<double>();
    if (unit != std::floor(unit) || unit < 0 || unit >= static_cast<double>(hidden))
      throw ConfigError(pointer, value.dump(), "whole numbers 0.." + std::to_string(hidden - 1));
    units.push_back(static_cast<int>(unit));
  }
  return units;
}

Frozen thaw(const Config& config, std::uint64_t seed, const State& state) {
  World world(config);
  SymbolRnnTrainer<float> trainer(shapeOf(config, world.symbols()), trainingOf(config), seed);
  trainer.load(state.sub("trainer."));
  Measurement measurement(world, seed);
  measurement.load(state.sub("measurement."));
  return {std::move(world), trainingOf(config, trainer.steps()), trainer.weights(), measurement.portrait(),
          trainer.steps()};
}

}  // namespace learnscope::rnnhmm
