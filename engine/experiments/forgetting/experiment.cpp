// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/experiment.h"

#include <algorithm>

#include "engine/core/errors.h"
#include "engine/core/redraw.h"
#include "engine/experiments/forgetting/measurement.h"
#include "engine/experiments/forgetting/setting.h"
#include "engine/experiments/forgetting/world.h"
#include "engine/models/threads.h"

namespace learnscope::forgetting {
namespace {

using namespace continual;

class ForgettingExperiment final : public Experiment {
 public:
  ForgettingExperiment(const Config& config, std::uint64_t seed, const Progress& progress)
      : config_(config),
        learner_(makeLearner(config, makeStream(config, seed, progress), seed)),
        measurement_(config, learner_, seed) {}

  void step(const Progress&) override { learner_.step(); }
  void measure(Recorder& recorder) override { measurement_.measure(learner_, recorder); }

  State save() const override {
    State state;
    state.merge("learner.", learner_.save());
    state.merge("measurement.", measurement_.save());
    return state;
  }
  void load(const State& state) override {
    learner_.load(state.sub("learner."));
    // The config may ask for a smaller memory than the state has (a branch).
    learner_.setMemory(static_cast<int>(config_.integer("memory")), memoryPolicyOf(config_));
    measurement_.load(state.sub("measurement."));
  }

  void set(const std::string& parameter, const Json& value) override {
    Config changed = config_;
    changed.set(parameter, value);
    learner_.setOptions(methodOptionsOf(changed), trainingOptionsOf(changed));
    learner_.setMemory(static_cast<int>(changed.integer("memory")), memoryPolicyOf(changed));
    measurement_.setRedraw(changed.flag("eval.redraw"));
    config_ = std::move(changed);
  }

  void apply(const std::string& intervention, const Config& arguments, RandomStream) override {
    if (intervention == "next-task")
      jump();
    else if (intervention == "swap-tasks")
      swap();
    else if (intervention == "revisit")
      revisit(arguments);
    else if (intervention == "replay-burst")
      rehearse({arguments.integer("steps"), -1});
    else if (intervention == "rehearse-class")
      rehearse({arguments.integer("steps"), static_cast<int>(arguments.integer("class"))});
    else if (intervention == "freeze" || intervention == "thaw")
      learner_.freeze(layerOf(arguments), intervention == "freeze");
    else if (intervention == "warm-up")
      learner_.warmUp(arguments.integer("steps"));
    else if (intervention == redrawId)
      learner_.redraw(arguments.integer("draw"));
    else if (intervention == "reset-optimizer")
      learner_.resetOptimizer();
    else
      throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }

 private:
  void requireTasks(const char* what) const {
    if (learner_.bench().stream().drifting)
      throw ConfigError("/intervene", what, "a stream with task boundaries; a drift has none");
  }
  void jump() {
    requireTasks("next-task");
    if (learner_.steps() == 0) throw ConfigError("/intervene", "next-task", "at least one update of the first task");
    if (!learner_.jump()) throw ConfigError("/intervene", "next-task", "another task to come; this is the last one");
    measurement_.segmentEnded(learner_);
  }
  void swap() {
    requireTasks("swap-tasks");
    if (!learner_.swapNext()) throw ConfigError("/intervene", "swap-tasks", "two more tasks to come");
  }
  void revisit(const Config& arguments) {
    requireTasks("revisit");
    const std::int64_t task = arguments.integer("task");
    const auto& finished = learner_.bench().finished;
    if (std::find(finished.begin(), finished.end(), static_cast<int>(task) - 1) == finished.end())
      throw ConfigError("/intervene/arguments/task", std::to_string(task), "a task that has ended before");
    learner_.visit({static_cast<int>(task) - 1, arguments.integer("steps")});
    measurement_.segmentEnded(learner_);
  }
  void rehearse(const Rehearsal& rehearsal) {
    if (rehearsal.label >= learner_.bench().stream().labels())
      throw ConfigError("/intervene/arguments/class", std::to_string(rehearsal.label),
                        "0.." + std::to_string(learner_.bench().stream().labels() - 1));
    if (learner_.bench().finished.empty())
      throw ConfigError("/intervene", "replay", "a task that has ended before; wait for the first boundary");
    learner_.rehearse(rehearsal);
  }
  int layerOf(const Config& arguments) const {
    const std::int64_t layer = arguments.integer("layer");
    if (layer > learner_.bench().shape().layers())
      throw ConfigError("/intervene/arguments/layer", std::to_string(layer),
                        "1.." + std::to_string(learner_.bench().shape().layers()));
    return static_cast<int>(layer) - 1;
  }

  Config config_;
  Learner learner_;
  Measurement measurement_;
};

}  // namespace

std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed, const Progress& progress) {
  useOneThread();
  return std::make_unique<ForgettingExperiment>(config, seed, progress);
}

}  // namespace learnscope::forgetting
