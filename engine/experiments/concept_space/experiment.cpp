// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/experiment.h"

#include "engine/core/redraw.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/experiments/concept_space/data.h"
#include "engine/experiments/concept_space/events.h"
#include "engine/experiments/concept_space/recording.h"
#include "engine/models/threads.h"

namespace learnscope::concept_space {
namespace {

constexpr double kLossMemory = 0.98;
constexpr int kLossSamples = 64;
constexpr double kTwinSpread = 0.05;  ///< sigma of the exact model that is drawn beside the run (arXiv 2410.08309)

DiffusionOptions optionsOf(const Config& config) {
  return {.learningRate = config.real("learningRate"),
          .weightDecay = config.real("weightDecay"),
          .clip = config.real("clip"),
          .regress = regresses(config),
          .emaDecay = config.real("emaDecay")};
}

class DiffusionExperiment final : public Experiment {
 public:
  DiffusionExperiment(const Config& config, std::uint64_t seed, const Progress& progress)
      : config_(config),
        setting_(settingOf(config)),
        data_(drawData(config, setting_, seed, progress)),
        batches_(seed, "batches"),
        seed_(seed),
        trainer_(setting_.makeNet(), seed, config.real("initScale")),
        events_(setting_),
        building_(progress) {
    useOneThread();
    if (hasPictures(setting_.kind)) probe_ = std::make_unique<ConceptProbe>(setting_.side, setting_.concepts);
    artist_ = std::make_unique<Artist>(setting_, probe_.get(), seed);
    shown_.assign(data_.size(), 0);
    for (std::size_t k = 0; k < data_.size(); ++k)
      if (!setting_.isHeldOut(static_cast<int>(k))) shown_[k] = data_[k].count;
  }

  void step(const Progress&) override {
    const std::uint64_t before = batches_.position();
    drawBatch();
    try {
      const double loss = trainer_.step(batch_, optionsOf(config_));
      lossEma_ = trainer_.steps() == 1 ? loss : kLossMemory * lossEma_ + (1 - kLossMemory) * loss;
      loss_ = loss;
    } catch (const NumericError& error) {
      batches_.setPosition(before);
      char rate[32];
      std::snprintf(rate, sizeof rate, "%.3g", config_.real("learningRate") / 10);
      throw NumericError(error.step(), std::string("the loss or a gradient is not finite; branch from before with "
                                                   "learningRate ") +
                                           rate);
    }
  }

  void measure(Recorder& recorder) override {
    for (const auto& [step, number, count] : shownNews_)
      recorder.event({.id = "examples-shown",
                      .step = step,
                      .title = setting_.classNames[static_cast<std::size_t>(number)] +
                               (count > 0 ? LS_TR(": examples shown") : LS_TR(": examples hidden")),
                      .values = {{"class", setting_.digits(static_cast<int>(number))}, {"count", count}}});
    shownNews_.clear();
    if (recorder.due("scalars") && trainer_.steps() > 0) {
      recorder.scalar("loss", lossEma_);
      recorder.scalar("batchLoss", loss_);
      events_.observeLoss(lossEma_, recorder);
    }
    if (recorder.due("start")) {
      readyProbe();
      recordCorners(setting_, kTwinSpread, recorder);
      if (probe_) recordProbe(recorder);
    }
    if (recorder.due("evaluations")) evaluateNow(recorder);
  }

  State save() const override;
  void load(const State& state) override;
  void set(const std::string& parameter, const Json& value) override { config_.set(parameter, value); }
  void apply(const std::string& intervention, const Config& arguments, RandomStream random) override;

 private:
  void readyProbe();
  void recordProbe(Recorder& recorder) const;
  void drawBatch();
  void evaluateNow(Recorder& recorder);
  std::vector<bool> training() const;

  Config config_;
  Setting setting_;
  std::vector<ClassData> data_;
  RandomStream batches_;
  std::uint64_t seed_;
  DiffusionTrainer trainer_;
  EventDetector events_;
  std::unique_ptr<ConceptProbe> probe_;
  std::vector<double> accuracy_;  ///< of the probe; empty before it is trained
  Progress building_;             ///< of whoever built this: the probe is trained when the first measure needs it
  std::unique_ptr<Artist> artist_;
  std::vector<std::int64_t> shown_;  ///< samples of each class that are trained on
  struct ShownNews {
    std::int64_t step, number, count;
  };
  std::vector<ShownNews> shownNews_;  ///< not yet recorded
  DiffusionBatch batch_;
  std::vector<float> prompts_;  ///< of the batch, masks applied
  double loss_ = 0, lossEma_ = 0;
};

// Not at once when built: a state that is loaded brings its probe, and going back in time must not train another.
void DiffusionExperiment::readyProbe() {
  if (!probe_ || !accuracy_.empty()) return;
  TrainedProbe trained = trainProbe(config_, setting_, data_, seed_, building_);
  probe_->weights() = std::move(trained.probe.weights());
  probe_->use();
  accuracy_ = std::move(trained.accuracy);
  building_ = Progress();
}

void DiffusionExperiment::recordProbe(Recorder& recorder) const {
  recorder.array("probeAccuracy", Array::vector<double>(accuracy_));
  for (std::size_t i = 0; i < accuracy_.size(); ++i) {
    char percent[16];
    std::snprintf(percent, sizeof percent, ": %.1f %%", 100 * accuracy_[i]);
    recorder.event({.id = "probe-" + std::to_string(i),
                    .step = recorder.step(),
                    .title = LS_TR("Probe reads ") + setting_.conceptNames[i] + percent,
                    .values = {{"accuracy", accuracy_[i]}}});
  }
}

std::vector<bool> DiffusionExperiment::training() const {
  std::vector<bool> trained;
  for (const std::int64_t count : shown_) trained.push_back(count > 0);
  return trained;
}

// Class uniform among those shown, then sample uniform. With probability maskProbability the prompt of a sample whose
// first concept is 0 loses what it says of that concept; with nullProbability it is all -1.
void DiffusionExperiment::drawBatch() {
  std::vector<std::size_t> present;
  for (std::size_t k = 0; k < shown_.size(); ++k)
    if (shown_[k] > 0) present.push_back(k);
  const auto size = static_cast<std::size_t>(config_.integer("batch")),
             length = static_cast<std::size_t>(setting_.promptLength);
  const double mask = config_.real("maskProbability"), null = config_.real("guidance.nullProbability");
  const bool midpoint = config_.text("maskValue") == "midpoint";
  batch_.samples.resize(size);
  batch_.prompts.resize(size);
  prompts_.resize(size * length);
  const int first = 1 << (setting_.concepts - 1);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t number = present[batches_.below(present.size())];
    const auto sample = static_cast<std::size_t>(batches_.below(static_cast<std::uint64_t>(shown_[number])));
    const bool masked = batches_.uniform() < mask, dropped = batches_.uniform() < null;
    const ClassData& from = data_[number];
    batch_.samples[i] = from.samples.data() + sample * setting_.values;
    float* prompt = prompts_.data() + i * length;
    std::copy_n(from.prompts.data() + sample * length, length, prompt);
    if (masked && setting_.digit(static_cast<int>(number), 0) == 0)
      for (const int entry : setting_.entries[0]) {
        const auto e = static_cast<std::size_t>(entry);
        prompt[e] =
            midpoint
                ? 0.5f * (setting_.prompts[number][e] + setting_.prompts[number ^ static_cast<std::size_t>(first)][e])
                : 0.0f;
      }
    if (dropped) std::fill_n(prompt, length, -1.0f);
    batch_.prompts[i] = prompt;
  }
}

void DiffusionExperiment::evaluateNow(Recorder& recorder) {
  readyProbe();
  artist_->use(trainer_.means().data(), samplingOf(config_));
  const Evaluation found = evaluate(*artist_, setting_, training());
  events_.observe(found, setting_, recorder);
  recordEvaluation(found, setting_, events_,
                   static_cast<double>(recorder.step()) / static_cast<double>(config_.integer("steps")), recorder);
  std::vector<double> losses;
  for (std::size_t k = 0; k < data_.size(); ++k) {
    DiffusionBatch batch;
    for (int i = 0; i < std::min(kLossSamples, data_[k].count); ++i) {
      const auto at = static_cast<std::size_t>(i);
      batch.samples.push_back(data_[k].samples.data() + at * setting_.values);
      batch.prompts.push_back(data_[k].prompts.data() + at * static_cast<std::size_t>(setting_.promptLength));
    }
    double sum = 0;
    for (const double loss : trainer_.losses(batch, RandomStream(seed_, "class.losses"), optionsOf(config_).regress))
      sum += loss;
    losses.push_back(sum / std::max(1, batch.count()));
  }
  recorder.array("classLoss", Array::vector<double>(losses));
}

State DiffusionExperiment::save() const {
  State state;
  state.merge("trainer.", trainer_.save());
  state.merge("events.", events_.save());
  if (!accuracy_.empty()) {
    state.put("probe", Array::vector<float>(probe_->weights()));
    state.put("probeAccuracy", Array::vector<double>(accuracy_));
  }
  state.putScalar<std::int64_t>("batches", static_cast<std::int64_t>(batches_.position()));
  state.put("shown", Array::vector<std::int64_t>(shown_));
  std::vector<std::int64_t> news;
  for (const auto& [step, number, count] : shownNews_) news.insert(news.end(), {step, number, count});
  state.put("shownNews", Array::vector<std::int64_t>(news));
  const std::vector<double> losses{loss_, lossEma_};
  state.put("losses", Array::vector<double>(losses));
  return state;
}

void DiffusionExperiment::load(const State& state) {
  const auto shown = state.get("shown").as<std::int64_t>(), news = state.get("shownNews").as<std::int64_t>();
  const auto losses = state.get("losses").as<double>();
  if (shown.size() != shown_.size() || news.size() % 3 != 0 || losses.size() != 2)
    throw DataError("saved state", "\"shown\"", "written by another version of this lab");
  for (std::size_t k = 0; k < shown.size(); ++k)
    if (shown[k] < 0 || shown[k] > data_[k].count)
      throw DataError("saved state", "\"shown\"", "more samples than the class has");
  trainer_.load(state.sub("trainer."));
  events_.load(state.sub("events."));
  accuracy_.clear();
  if (probe_ && state.has("probe")) {
    const auto weights = state.get("probe").as<float>();
    const auto accuracy = state.get("probeAccuracy").as<double>();
    if (weights.size() != probe_->weights().size() || accuracy.size() != static_cast<std::size_t>(setting_.concepts))
      throw DataError("saved state", "\"probe\"", "a probe of another architecture");
    std::copy(weights.begin(), weights.end(), probe_->weights().begin());
    accuracy_.assign(accuracy.begin(), accuracy.end());
    probe_->use();
  }
  batches_.setPosition(static_cast<std::uint64_t>(state.scalar<std::int64_t>("batches")));
  shown_.assign(shown.begin(), shown.end());
  shownNews_.clear();
  for (std::size_t i = 0; i < news.size(); i += 3) shownNews_.push_back({news[i], news[i + 1], news[i + 2]});
  loss_ = losses[0];
  lossEma_ = losses[1];
}

void DiffusionExperiment::apply(const std::string& intervention, const Config& arguments, RandomStream) {
  if (intervention == redrawId) {
    redraw(batches_, arguments.integer("draw"));
    redraw(trainer_.noise(), arguments.integer("draw"));
    return;
  }
  const std::vector<int> numbers = classesFrom(arguments.text("class"), setting_.concepts, "/class");
  if (numbers.size() != 1) throw ConfigError("/class", arguments.text("class"), "one class, such as 11");
  const auto number = static_cast<std::size_t>(numbers.front());
  if (intervention == "show-examples") {
    const std::int64_t count = arguments.integer("count");
    if (count > data_[number].count)
      throw ConfigError("/count", std::to_string(count),
                        "at most the " + std::to_string(data_[number].count) + " samples of the class");
    shown_[number] = count;
  } else if (intervention == "hide-examples") {
    if (std::count_if(shown_.begin(), shown_.end(), [](std::int64_t c) { return c > 0; }) <=
        (shown_[number] > 0 ? 1 : 0))
      throw ConfigError("/class", arguments.text("class"), "the last class that is trained on cannot be hidden");
    shown_[number] = 0;
  } else {
    throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }
  shownNews_.push_back({trainer_.steps(), static_cast<std::int64_t>(number), shown_[number]});
}

}  // namespace

std::array<float, 3> scenePoint(std::span<const double> coordinate, double progress) {
  return {static_cast<float>(coordinate[0]), static_cast<float>(coordinate[1]),
          static_cast<float>(coordinate.size() > 2 ? coordinate[2] : kCubeHeight * progress)};
}

std::unique_ptr<Experiment> makeDiffusionExperiment(const Config& config, std::uint64_t seed,
                                                    const Progress& progress) {
  return std::make_unique<DiffusionExperiment>(config, seed, progress);
}

Frozen thaw(const Config& config, std::uint64_t seed, const State& state) {
  useOneThread();
  Frozen frozen;
  frozen.setting = std::make_unique<Setting>(settingOf(config));
  const Setting& setting = *frozen.setting;
  const auto means = state.get("trainer.means").as<float>();
  if (state.scalar<std::int64_t>("trainer.promptLength") != setting.promptLength ||
      means.size() != static_cast<std::size_t>(setting.makeNet()->parameters().count()))
    throw DataError("saved state", "\"trainer.means\"", "a snapshot of another architecture or prompt length");
  frozen.weights.assign(means.begin(), means.end());
  if (state.has("probe")) {
    frozen.probe = std::make_unique<ConceptProbe>(setting.side, setting.concepts);
    const auto weights = state.get("probe").as<float>();
    if (weights.size() != frozen.probe->weights().size())
      throw DataError("saved state", "\"probe\"", "a probe of another architecture");
    std::copy(weights.begin(), weights.end(), frozen.probe->weights().begin());
    frozen.probe->use();
  }
  frozen.artist = std::make_unique<Artist>(setting, frozen.probe.get(), seed);
  frozen.artist->use(frozen.weights.data(), samplingOf(config));
  return frozen;
}

}  // namespace learnscope::concept_space
