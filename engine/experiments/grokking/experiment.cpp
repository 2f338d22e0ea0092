// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/experiment.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>

#include "engine/experiments/grokking/events.h"
#include "engine/experiments/grokking/measurement.h"
#include "engine/models/threads.h"

namespace learnscope::grokking {
namespace {

std::string shortNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

PairTask taskOf(const Config& config, std::uint64_t seed) {
  OperationTable operation = operationOf(config);
  const int n = trainingPairs(config, operation.order());
  return PairTask(std::move(operation), seed, n, config.flag("energyOnly"));
}

class GrokkingExperiment final : public Experiment {
 public:
  GrokkingExperiment(const Config& config, std::uint64_t seed, const Progress& progress)
      : config_(config), task_(taskOf(config, seed)), every_(std::max<std::int64_t>(1, config.integer("every"))) {
    useOneThread();
    progress.report(0.1, LS_TR("finding the group's features"));
    features_ = FeatureSet(task_.operation());
    progress.report(0.7, LS_TR("drawing the weights"));
    trainer_ = makeTwoLayerTrainer(optionsOf(config), task_, seed);
    events_ = EventDetector(features_.count());
    if (trainer_->options().precision == Precision::Float64)
      measurement_.emplace(std::in_place_type<Measurement<double>>, features_);
    else
      measurement_.emplace(std::in_place_type<Measurement<float>>, features_);
    taskChanged();
    std::visit([this](const auto& net) { first_.assign(net.inputWeights, net.inputWeights + net.inputSize()); },
               trainer_->net());
  }

  void step(const Progress&) override {
    if ((trainer_->steps() + 1) % every_ == 0) keepPreviousWeights();
    try {
      trainer_->step();
    } catch (const NumericError& error) {
      previousStep_ = -1;
      throw NumericError(error.step(), "the loss or a gradient is not finite; branch from before with learningRate " +
                                           shortNumber(trainer_->options().learningRate / 10));
    }
  }

  void measure(Recorder& recorder) override {
    for (const auto& [step, optimizer] : resets_)
      recorder.event({.id = "optimizer-reset",
                      .step = step,
                      .title = LS_TR("Optimizer changed"),
                      .values = {{"optimizer", idOf(static_cast<OptimizerKind>(optimizer))}}});
    resets_.clear();
    std::visit([&](auto& measurement) { measureAs(measurement, recorder); }, *measurement_);
  }

  State save() const override;
  void load(const State& state) override;
  void set(const std::string& parameter, const Json& value) override;
  void apply(const std::string& intervention, const Config& arguments, RandomStream random) override;

 private:
  template <class T>
  void measureAs(Measurement<T>& measurement, Recorder& recorder) {
    const bool scalars = recorder.due("scalars"), arrays = recorder.due("arrays");
    const AnyTwoLayerNet any = trainer_->net();
    const auto& net = std::get<TwoLayerNet<T>>(any);
    if (scalars || arrays) measurement.compute(*trainer_, net, task_, arrays);
    if (scalars) {
      const bool previous = previousStep_ == trainer_->steps();
      measurement.recordScalars({first_, previous ? std::span<const double>(previousInput_) : std::span<const double>(),
                                 previous ? std::span<const double>(previousOutput_) : std::span<const double>()},
                                net, recorder);
      events_.observe(measurement.observation(), recorder);
    }
    if (arrays) {
      // A step measured again after a resume turns the ring onto the same earlier ring.
      if (ringStep_ < trainer_->steps()) earlierRing_ = ring_;
      ring_ = earlierRing_;
      measurement.recordArrays(ring_, net, recorder);
      ringStep_ = trainer_->steps();
    }
    if (recorder.due("independence")) recorder.scalar("independence", measurement.independence(net, task_));
    if (recorder.due("repulsion")) {
      const double share = measurement.repulsionShare(net, task_, trainer_->options().weightDecay);
      if (std::isfinite(share)) recorder.scalar("repulsion", share);
    }
  }

  void taskChanged() {
    std::visit([this](auto& measurement) { measurement.setTask(task_, trainer_->options().loss); }, *measurement_);
  }

  void keepPreviousWeights() {
    std::visit(
        [this](const auto& net) {
          previousInput_.assign(net.inputWeights, net.inputWeights + net.inputSize());
          previousOutput_.assign(net.outputWeights, net.outputWeights + net.outputSize());
        },
        trainer_->net());
    previousStep_ = trainer_->steps() + 1;
  }

  void setData(const Config& arguments);
  void addNeurons(int count, RandomStream random);
  void killFrequency(int frequency);
  int neuronOf(const Config& arguments) const;

  Config config_;
  PairTask task_;
  std::int64_t every_;
  FeatureSet features_;
  std::unique_ptr<TwoLayerTrainer> trainer_;
  std::optional<std::variant<Measurement<float>, Measurement<double>>> measurement_;
  EventDetector events_;
  std::vector<double> first_;                           ///< W_0 [2M, K]; a new neuron counts from its first weights
  std::vector<double> previousInput_, previousOutput_;  ///< weights of the step before previousStep_
  std::int64_t previousStep_ = -1, ringStep_ = -1;
  std::vector<double> ring_, earlierRing_;  ///< the last answer ring and the one that it was turned onto
  std::vector<std::pair<std::int64_t, std::int64_t>> resets_;  ///< step and optimizer of switches not yet recorded
};

// Weights of a float run are floats: saved as such they come back exactly.
Array saved(const std::vector<double>& values, Precision precision) {
  if (precision == Precision::Float64) return Array::vector<double>(values);
  const std::vector<float> narrow(values.begin(), values.end());
  return Array::vector<float>(narrow);
}

std::vector<double> restored(const Array& array) {
  std::vector<double> values(array.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = array.value(i);
  return values;
}

State GrokkingExperiment::save() const {
  State state;
  const Precision precision = trainer_->options().precision;
  state.merge("trainer.", trainer_->save());
  state.merge("events.", events_.save());
  state.putScalar<std::int64_t>("n", task_.trainCount());
  state.put("first", saved(first_, precision));
  const bool previous = previousStep_ == trainer_->steps();
  const std::vector<std::int64_t> steps{previous ? previousStep_ : -1, ringStep_};
  state.put("steps", Array::vector<std::int64_t>(steps));
  if (previous) {
    state.put("previousInput", saved(previousInput_, precision));
    state.put("previousOutput", saved(previousOutput_, precision));
  }
  state.put("ring", Array::vector<double>(ring_));
  state.put("earlierRing", Array::vector<double>(earlierRing_));
  std::vector<std::int64_t> resets;
  for (const auto& [step, optimizer] : resets_) resets.insert(resets.end(), {step, optimizer});
  state.put("resets", Array::vector<std::int64_t>(resets));
  return state;
}

void GrokkingExperiment::load(const State& state) {
  const auto n = state.scalar<std::int64_t>("n");
  const auto steps = state.get("steps").as<std::int64_t>();
  if (steps.size() != 2) throw DataError("saved state", "\"steps\"", "written by another version of this lab");
  task_.setTrainCount(static_cast<int>(n), config_.flag("energyOnly"));
  trainer_->setTask(task_);
  trainer_->load(state.sub("trainer."));
  events_.load(state.sub("events."));
  first_ = restored(state.get("first"));
  previousStep_ = steps[0];
  ringStep_ = steps[1];
  if (previousStep_ >= 0) {
    previousInput_ = restored(state.get("previousInput"));
    previousOutput_ = restored(state.get("previousOutput"));
  }
  ring_ = restored(state.get("ring"));
  earlierRing_ = restored(state.get("earlierRing"));
  resets_.clear();
  const auto resets = state.get("resets").as<std::int64_t>();
  for (std::size_t i = 0; i + 1 < resets.size(); i += 2) resets_.emplace_back(resets[i], resets[i + 1]);
  taskChanged();
}

void GrokkingExperiment::set(const std::string& parameter, const Json& value) {
  Config changed = config_;
  changed.set(parameter, value);
  TwoLayerOptions options = optionsOf(changed);
  options.hidden = trainer_->options().hidden;  // neurons may have been added
  if (options.batch != 0 && (options.batch < 8 || options.batch > task_.trainCount()))
    throw ConfigError("/batch", value.dump(), "0 (full) or 8.." + std::to_string(task_.trainCount()));
  const bool switched = options.optimizer != trainer_->options().optimizer;
  trainer_->change(options);
  config_ = std::move(changed);
  if (switched) resets_.emplace_back(trainer_->steps(), static_cast<std::int64_t>(options.optimizer));
}

void GrokkingExperiment::setData(const Config& arguments) {
  const std::int64_t given = arguments.integer("n");
  const int m = task_.order();
  int n = static_cast<int>(given);
  if (given == 0) n = std::min(PairTask::countFor(arguments.real("c"), m), m * m - 1);
  const std::int64_t batch = trainer_->options().batch;
  if (batch > n) throw ConfigError("/n", std::to_string(n), "at least the batch, " + std::to_string(batch) + " pairs");
  task_.setTrainCount(n, false, given == 0 ? "/c" : "/n");
  trainer_->setTask(task_);
  taskChanged();
}

void GrokkingExperiment::addNeurons(int count, RandomStream random) {
  const int before = trainer_->options().hidden, rows = 2 * task_.order(), after = before + count;
  if (after > 4096) throw ConfigError("/count", std::to_string(count), "at most 4096 neurons in all");
  trainer_->addNeurons(count, random);
  std::vector<double> first;
  std::visit(
      [&](const auto& net) {
        for (int row = 0; row < rows; ++row) {
          const auto* old = first_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(before);
          const auto* added =
              net.inputWeights + static_cast<std::size_t>(row) * static_cast<std::size_t>(after) + before;
          first.insert(first.end(), old, old + before);
          first.insert(first.end(), added, added + count);
        }
      },
      trainer_->net());
  first_ = std::move(first);
  previousStep_ = -1;
}

int GrokkingExperiment::neuronOf(const Config& arguments) const {
  const std::int64_t neuron = arguments.integer("neuron");
  const int hidden = trainer_->options().hidden;
  if (neuron < 0 || neuron >= hidden)
    throw ConfigError("/neuron", std::to_string(neuron), "0.." + std::to_string(hidden - 1));
  return static_cast<int>(neuron);
}

void GrokkingExperiment::killFrequency(int frequency) {
  if (frequency < 1 || frequency > features_.count())
    throw ConfigError(
        "/frequency", std::to_string(frequency),
        features_.present() ? "1.." + std::to_string(features_.count()) : "an expression has no features");
  FeatureSpectrum spectrum = features_.spectrum();
  AlignedVector<double> power;
  const int hidden = trainer_->options().hidden;
  std::visit([&](const auto& net) { spectrum.ofColumns(net.inputWeights, hidden, power); }, trainer_->net());
  std::vector<std::int32_t> dominant(static_cast<std::size_t>(hidden));
  dominantFeature(power, spectrum.features(), hidden, dominant);
  for (int j = 0; j < hidden; ++j)
    if (dominant[static_cast<std::size_t>(j)] == frequency) trainer_->killNeuron(j);
}

void GrokkingExperiment::apply(const std::string& intervention, const Config& arguments, RandomStream random) {
  if (intervention == "set-data")
    setData(arguments);
  else if (intervention == "add-neurons")
    addNeurons(static_cast<int>(arguments.integer("count")), random);
  else if (intervention == "kill-neuron")
    trainer_->killNeuron(neuronOf(arguments));
  else if (intervention == "kill-frequency")
    killFrequency(static_cast<int>(arguments.integer("frequency")));
  else if (intervention == "reseed-neuron")
    trainer_->reseedNeuron(neuronOf(arguments), random);
  else
    throw ConfigError("/intervene", intervention, "an intervention of this lab");
}

}  // namespace

std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress) {
  return std::make_unique<GrokkingExperiment>(config, seed, progress);
}

Frozen thaw(const Config& config, std::uint64_t seed, const State& state) {
  Frozen frozen;
  frozen.task = std::make_unique<PairTask>(taskOf(config, seed));
  frozen.task->setTrainCount(static_cast<int>(state.scalar<std::int64_t>("n")), config.flag("energyOnly"));
  frozen.features = FeatureSet(frozen.task->operation());
  TwoLayerOptions options = optionsOf(config);
  options.backend = Backend::Native;
  options.batch = std::min(options.batch, frozen.task->trainCount());
  frozen.trainer = makeTwoLayerTrainer(options, *frozen.task, seed);
  frozen.trainer->load(state.sub("trainer."));
  return frozen;
}

}  // namespace learnscope::grokking
