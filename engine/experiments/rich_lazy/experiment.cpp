// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/experiment.h"

#include "engine/core/redraw.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/experiments/rich_lazy/events.h"
#include "engine/experiments/rich_lazy/measurement.h"
#include "engine/models/threads.h"

namespace learnscope::richlazy {
namespace {

constexpr std::size_t learnedBatches = 200;  ///< over which the rule of a learned task looks
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Means of the batches since the last log, and the last accuracies of each structure.
class TrainingScores {
 public:
  TrainingScores(int structures, int seeds)
      : seeds_(seeds),
        sums_(static_cast<std::size_t>(3 * structures * seeds), 0.0),
        shown_(sums_.size(), undefined),
        recent_(static_cast<std::size_t>(structures) * learnedBatches, undefined) {}

  void add(const std::vector<TrialScore>& scores) {
    const std::size_t members = scores.size();
    const std::size_t slot = static_cast<std::size_t>(batches_ % static_cast<std::int64_t>(learnedBatches));
    for (std::size_t s = 0; s < members / seeds(); ++s) recent_[s * learnedBatches + slot] = 0;
    for (std::size_t m = 0; m < members; ++m) {
      sums_[m] += scores[m].loss;
      sums_[members + m] += scores[m].decisionAccuracy;
      sums_[2 * members + m] += scores[m].otherAccuracy;
      recent_[m / seeds() * learnedBatches + slot] += scores[m].decisionAccuracy / seeds_;
    }
    ++count_;
    ++batches_;
  }
  /// Takes the means; a log without a batch since the last one (after a resume) shows those again.
  void finish() {
    for (std::size_t i = 0; count_ > 0 && i < sums_.size(); ++i) shown_[i] = sums_[i] / static_cast<double>(count_);
    std::fill(sums_.begin(), sums_.end(), 0.0);
    count_ = 0;
  }
  /// Kind 0 loss, 1 decision accuracy, 2 accuracy of the other steps; [structures * seeds].
  std::span<const double> means(int kind) const {
    const std::size_t members = shown_.size() / 3;
    return std::span(shown_).subspan(static_cast<std::size_t>(kind) * members, members);
  }
  std::vector<double> structureMeans(int kind) const {
    const auto values = means(kind);
    std::vector<double> result(values.size() / seeds(), 0.0);
    for (std::size_t m = 0; m < values.size(); ++m) result[m / seeds()] += values[m] / seeds_;
    return result;
  }
  std::vector<double> recentAccuracy() const {
    std::vector<double> result;
    for (std::size_t s = 0; s < recent_.size() / learnedBatches; ++s) {
      double sum = 0;  // NaN until all slots are filled
      for (std::size_t i = 0; i < learnedBatches; ++i) sum += recent_[s * learnedBatches + i];
      result.push_back(sum / static_cast<double>(learnedBatches));
    }
    return result;
  }
  void forgetRecent() { std::fill(recent_.begin(), recent_.end(), undefined); }

  State save() const {
    State state;
    state.put("sums", Array::vector<double>(sums_));
    state.put("shown", Array::vector<double>(shown_));
    state.put("recent", Array::vector<double>(recent_));
    const std::vector<std::int64_t> counters{count_, batches_};
    state.put("counters", Array::vector<std::int64_t>(counters));
    return state;
  }
  void load(const State& state) {
    for (const auto& [name, values] : {std::pair{"sums", &sums_}, {"shown", &shown_}, {"recent", &recent_}}) {
      const auto saved = state.get(name).as<double>();
      if (saved.size() != values->size()) throw DataError("saved state", name, "an ensemble of the same size expected");
      std::copy(saved.begin(), saved.end(), values->begin());
    }
    count_ = state.get("counters").as<std::int64_t>()[0];
    batches_ = state.get("counters").as<std::int64_t>()[1];
  }

 private:
  std::size_t seeds() const { return static_cast<std::size_t>(seeds_); }

  int seeds_;
  std::vector<double> sums_, shown_;  ///< [3, structures * seeds]
  std::vector<double> recent_;        ///< [structures, learnedBatches] decision accuracies, a ring
  std::int64_t count_ = 0, batches_ = 0;
};

class RichLazyExperiment final : public Experiment {
 public:
  RichLazyExperiment(const Config& config, std::uint64_t seed, const Progress& progress)
      : config_(onOneThread(config)),
        ensemble_(config_, seed, progress),
        measurement_(ensemble_, static_cast<int>(config.integer("kernelTrials"))),
        scores_(ensemble_.structures(), ensemble_.seeds()),
        events_(ensemble_.list(), ensemble_.seeds()) {}

  void step(const Progress&) override {
    ensemble_.step();
    scores_.add(ensemble_.scores());
  }

  void measure(Recorder& recorder) override {
    if (recorder.due("scalars")) recordTraining(recorder);
    if (!recorder.due("alignments")) return;
    const Alignments& now = measurement_.align(ensemble_);
    measurement_.recordAlignments(ensemble_, recorder);
    if (recorder.due("pictures")) measurement_.recordPictures(ensemble_, recorder);
    if (recorder.due("spectra")) measurement_.recordSpectra(ensemble_, config_.real("init.gain"), recorder);
    const std::vector<double>& outliers = measurement_.outliers();
    AlignmentLog log{now.kernel, {}, measurement_.settled(), {}};
    for (int s = 0; s < ensemble_.structures(); ++s) {
      const auto first = static_cast<std::size_t>(s * ensemble_.seeds());
      const auto last = first + static_cast<std::size_t>(ensemble_.seeds());
      double velocity = 0, radius = 0;
      for (std::size_t m = first; m < last; ++m) {
        velocity += now.velocity[m] / ensemble_.seeds();
        radius = std::max(radius, outliers[m]);
      }
      log.velocity.push_back(velocity);
      log.radius.push_back(radius);
    }
    events_.observe(log, recorder);
  }

  State save() const override {
    State state;
    state.merge("ensemble.", ensemble_.save());
    state.merge("measurement.", measurement_.save());
    state.merge("scores.", scores_.save());
    state.merge("events.", events_.save());
    return state;
  }

  void load(const State& state) override {
    ensemble_.load(state.sub("ensemble."));
    measurement_.load(ensemble_, state.sub("measurement."));
    scores_.load(state.sub("scores."));
    events_.load(state.sub("events."));
  }

  void set(const std::string& parameter, const Json& value) override {
    Config changed = config_;
    changed.set(parameter, value);
    const bool stimuli = parameter == "task" || parameter == "noise" || parameter == "coherences";
    if (stimuli && !(ensemble_.task().digits() && changed.text("task") == "digits")) changeTask(changed);
    const LiveOptions live = liveOptionsOf(changed);
    if (live.updateRank > ensemble_.net(0).hidden)
      throw ConfigError("/updateRank", value.dump(), "0.." + std::to_string(ensemble_.net(0).hidden));
    ensemble_.setLive(live);
    config_ = std::move(changed);
  }

  void apply(const std::string& intervention, const Config& arguments, RandomStream random) override {
    if (intervention == "scale-recurrent")
      ensemble_.scaleRecurrent(arguments.real("factor"));
    else if (intervention == "add-rank-one")
      ensemble_.addRankOne(arguments.real("size"), random);
    else if (intervention == redrawId)
      ensemble_.redrawTrials(arguments.integer("draw"));
    else if (intervention == "redraw-readout")
      ensemble_.redrawReadout(random);
    else if (intervention == "make-reference")
      ensemble_.makeReference();
    else
      throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }

 private:
  // The build already multiplies matrices.
  static const Config& onOneThread(const Config& config) {
    useOneThread();
    return config;
  }
  void changeTask(const Config& changed) {
    if (ensemble_.task().digits() || changed.text("task") == "digits")
      throw ConfigError("/task", changed.text("task"), "digits have other outputs: start a new run with them");
    const LabTask task(trialOptionsOf(changed));
    const std::int64_t rows = kernelRows(task, static_cast<int>(changed.integer("kernelTrials")));
    if (rows > largestKernel)
      throw ConfigError("/task", changed.text("task"),
                        "kernel would need " + std::to_string(rows) + " rows; limit " + std::to_string(largestKernel));
    ensemble_.setTask(task);
    scores_.forgetRecent();
  }

  // Before training the probe trials stand in for batches.
  void scoreStart() {
    std::vector<TrialScore> start;
    TrialRnnActivity activity;
    for (int m = 0; m < ensemble_.members(); ++m) {
      const TrialBatch& probes = ensemble_.probes(ensemble_.seedOf(m));
      forward(ensemble_.net(m), probes.x, probes.trials, probes.steps, true, activity);
      start.push_back(score(ensemble_.net(m), probes.target, activity));
    }
    TrainingScores fresh(ensemble_.structures(), ensemble_.seeds());
    fresh.add(start);
    fresh.forgetRecent();
    scores_ = fresh;
  }

  void recordTraining(Recorder& recorder) {
    if (ensemble_.steps() == 0) scoreStart();
    scores_.finish();
    const auto table = [&](const char* id, std::span<const double> values) {
      const std::vector<float> narrow(values.begin(), values.end());
      recorder.array(id, Array::from<float>(narrow, {ensemble_.structures(), ensemble_.seeds()}));
    };
    table("loss", scores_.means(0));
    table("accuracy", scores_.means(1));
    table("weightChange", Measurement::weightChange(ensemble_, false));
    table("relativeChange", Measurement::weightChange(ensemble_, true));
    const auto meanOf = [](std::span<const double> values) {
      double sum = 0;
      for (const double value : values) sum += value / static_cast<double>(values.size());
      return sum;
    };
    recorder.scalar("meanLoss", meanOf(scores_.means(0)));
    recorder.scalar("meanAccuracy", meanOf(scores_.means(1)));
    events_.observe(TrainingLog{scores_.structureMeans(2), scores_.recentAccuracy(), ensemble_.task().ceiling()},
                    recorder);
  }

  Config config_;
  Ensemble ensemble_;
  Measurement measurement_;
  TrainingScores scores_;
  EventDetector events_;
};

}  // namespace

std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress) {
  return std::make_unique<RichLazyExperiment>(config, seed, progress);
}

}  // namespace learnscope::richlazy
