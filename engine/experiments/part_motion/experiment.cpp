// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/experiment.h"

#include <cmath>
#include <cstdio>

#include "engine/core/redraw.h"
#include "engine/experiments/part_motion/events.h"
#include "engine/experiments/part_motion/learner.h"
#include "engine/experiments/part_motion/scene_arrays.h"
#include "engine/models/threads.h"

namespace learnscope::partmotion {
namespace {

class PartMotionExperiment final : public Experiment {
 public:
  PartMotionExperiment(const Config& config, std::uint64_t seed)
      : config_(config), learner_(config, seed), evaluator_(config, seed) {
    useOneThread();
  }

  void step(const Progress&) override {
    try {
      learner_.step(config_);
    } catch (const NumericError& error) {
      char rate[32];
      std::snprintf(rate, sizeof rate, "%.3g", config_.real("learningRate") / 10);
      throw NumericError(error.step(), std::string("the loss or a gradient is not finite; branch from before with "
                                                   "learningRate ") +
                                           rate);
    }
  }

  void measure(Recorder& recorder) override {
    learner_.schedule().setConfig(config_);
    events_.enter(learner_.schedule().at(learner_.steps()), recorder);
    if (recorder.due("steps")) recordBatch(recorder);
    if (recorder.due("evaluation")) evaluate(recorder);
    if (recorder.due("conflict")) {
      const double cosine = learner_.gradientConflict(config_);
      recorder.scalar("gradientConflict", cosine);
      events_.observeConflict(cosine, recorder);
    }
  }

  State save() const override {
    State state;
    state.merge("learner.", learner_.save());
    state.merge("events.", events_.save());
    return state;
  }

  void load(const State& state) override {
    learner_.load(state.sub("learner."));
    events_.load(state.sub("events."));
  }

  void set(const std::string& parameter, const Json& value) override { config_.set(parameter, value); }

  void apply(const std::string& intervention, const Config& arguments, RandomStream) override {
    if (intervention == redrawId)
      redraw(learner_.batches(), arguments.integer("draw"));
    else if (intervention == "switch-stage")
      learner_.schedule().switchAt(learner_.steps());
    else
      throw ConfigError("/intervene", intervention, "an intervention of this lab");
  }

 private:
  void recordBatch(Recorder& recorder) const {
    const StepReport& report = learner_.report();
    recorder.scalar("loss", report.loss);
    if (std::isfinite(report.motion)) recorder.scalar("motionLoss", report.motion);
    if (report.images.colour > 0) {
      recorder.scalar("colourLoss", report.images.colour);
      recorder.scalar("alphaLoss", report.images.alpha);
      recorder.scalar("gradientLoss", report.images.gradient);
    }
    if (report.moved > 0) recorder.scalar("batchEpe", report.missed / report.moved);
    recorder.scalar("rate", report.rate);
  }

  void evaluate(Recorder& recorder) {
    const float* weights = learner_.weights().data();
    const Evaluation found = evaluator_.evaluate(learner_.model(), weights, config_);
    const bool fineTuning = learner_.steps() >= learner_.schedule().pretraining();
    events_.observe(found, fineTuning, recorder);
    recordEvaluation(found, recorder);
    const Answer answer =
        evaluator_.answer(learner_.model(), weights, config_, static_cast<int>(config_.integer("shown")));
    for (const State& scene : {sceneOf(answer.pair), sceneOf(answer)})
      for (const auto& [name, array] : scene.arrays()) recorder.array(name, array);
    recorder.array("pictures", pictureStrip(answer, evaluationViews(config_)));
  }

  void recordEvaluation(const Evaluation& found, Recorder& recorder) const {
    const std::pair<const char*, double> scalars[]{{"psnr", found.psnr},
                                                   {"copyPsnr", found.copyPsnr},
                                                   {"ceilingPsnr", found.ceilingPsnr},
                                                   {"psnrGain", found.psnr - found.copyPsnr},
                                                   {"movingPsnr", found.movingPsnr},
                                                   {"ssim", found.ssim},
                                                   {"colourError", found.colourError},
                                                   {"retention", found.retention},
                                                   {"forgetting", events_.forgetting(found)},
                                                   {"epe", found.epe},
                                                   {"relativeEpe", found.relativeEpe},
                                                   {"drift", found.drift},
                                                   {"iou", found.iou},
                                                   {"dragError", found.dragError},
                                                   {"axisError", found.joint.axis},
                                                   {"originError", found.joint.origin},
                                                   {"angleError", found.joint.angle},
                                                   {"shiftError", found.joint.shift},
                                                   {"meanOpacity", found.meanOpacity},
                                                   {"visibleShare", found.visible}};
    for (const auto& [name, value] : scalars)
      if (std::isfinite(value)) recorder.scalar(name, value);
    recorder.array("scaleQuantiles", Array::vector<double>(found.scales));
  }

  Config config_;
  Learner learner_;
  Evaluator evaluator_;
  EventDetector events_;
};

}  // namespace

std::unique_ptr<Experiment> makeExperiment(const Config& config, std::uint64_t seed) {
  return std::make_unique<PartMotionExperiment>(config, seed);
}

}  // namespace learnscope::partmotion
