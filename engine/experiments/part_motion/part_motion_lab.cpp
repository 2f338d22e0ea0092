// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/part_motion_lab.h"

#include <algorithm>
#include <cstdio>

#include "engine/experiments/part_motion/description.h"
#include "engine/experiments/part_motion/experiment.h"
#include "engine/experiments/part_motion/setting.h"

namespace learnscope::partmotion {
namespace {

constexpr double kMostBytes = 2e9;
constexpr std::int64_t kConflictEvery = 50;

bool saysSplatter(const Config& config) { return config.has("formulation") && config["formulation"] == "splatter"; }

/// What the buffers of training take.
double bytesOf(const Config& config) {
  const double pixels = static_cast<double>(config.integer("render.size") * config.integer("render.size"));
  if (isSplatter(config)) return 2e8 + pixels * 200;
  const PointMotionShape shape = shapeOf(config);
  const double points = shape.points, blocks = static_cast<double>(shape.scales.size());
  const double attention = 3 * points / shape.anchorStride;
  const double networks = isPretrained(config) ? 2 : 1;  // the second is the teacher
  return networks * 4 * points * (blocks * (900 + attention) + 500) + points * 400 + pixels * 200 + 4e7;
}

/// Seconds of a forward and backward pass of one object.
double passOf(const Config& config) {
  if (isSplatter(config)) return 0.03;
  const PointMotionShape shape = shapeOf(config);
  const double points = shape.points, blocks = static_cast<double>(shape.scales.size());
  return points * (2e-6 + blocks * (2.6e-6 + 2e-8 * points / shape.anchorStride));
}

class PartMotionLab final : public Lab {
 public:
  Description describe(const Config& config) const override {
    return {.id = "part-motion",
            .title = LS_TR("Part motion"),
            .summary = LS_TR("Drag a drawer, door or lid: a small network learns to move the object's 3D Gaussians."),
            .source =
                "Mingju Gao, Yike Pan, Huan-ang Gao, Zongzheng Zhang, Wenyi Li, Hao Dong, Hao Tang, Li Yi, Hao Zhao, "
                "PartRM: Modeling Part-Level Dynamics with Large Cross-State Reconstruction Model, CVPR 2025, arXiv "
                "2503.19913",
            .parameters = parameters(saysSplatter(config)),
            .measures = measures(),
            .events = eventRules(),
            .analyses = analyses(),
            .interventions = interventions()};
  }

  void validate(const Config& config, std::vector<Problem>& problems) const override {
    if (config["kinds"].empty()) problems.push_back({"/kinds", "[]", "at least one kind of object"});
    if (config["drags.scales"].empty())
      problems.push_back({"/drags.scales", "[]", "at least one: without drags there is nothing to follow", true});
    const bool pretrained = config.integer("pretraining.steps") > 0;
    if (isSplatter(config) && !pretrained)
      problems.push_back({"/pretraining.steps", "0", "at least 1: stage 1 of the splatter learns from its teacher"});
    else if (isPretrained(config) && !pretrained && config.text("teacher") == "network")
      problems.push_back({"/teacher", "network", "truth: a network that was not pretrained teaches nothing"});
    if (bytesOf(config) > kMostBytes) {
      char bytes[32];
      std::snprintf(bytes, sizeof bytes, "%.1f GB", bytesOf(config) / 1e9);
      problems.push_back({"/points", config["points"].dump(),
                          std::string("a network within 2 GB; attention to all points takes ").append(bytes)});
    }
  }

  Estimate estimate(const Config& config) const override {
    const double points = isSplatter(config) ? 1024 : config.real("points"), pass = passOf(config);
    const double size = config.real("render.size");
    const double picture = points * 2.5e-6 + size * size * 4e-7;
    const Schedule schedule(config);
    const double steps = static_cast<double>(schedule.steps());
    double drawn = 0;  // steps with pictures
    for (std::int64_t step = 0; step < schedule.steps(); ++step) {
      const Stage stage = schedule.at(step).stage;
      drawn += stage == Stage::Appearance || stage == Stage::Joint;
    }
    const double batch = config.real("batch"), views = config.real("render.views");
    const double evaluation = 48 * (pass / 3 + 4 * points * 2e-6);
    return {.bytes = bytesOf(config),
            .seconds = batch * (steps * pass + drawn * views * picture) +
                       steps / config.real("evaluation.every") * evaluation};
  }

  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    progress.report(0);
    return makeExperiment(config, seed);
  }

  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    progress.report(0);
    return partmotion::analyse(analysis, config, seed, state, arguments);
  }

  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    if (cadence == "steps") return step > 0;
    // Where fine-tuning begins is what forgetting is measured from.
    if (cadence == "evaluation")
      return step % config.integer("evaluation.every") == 0 || step == Schedule(config).pretraining();
    if (cadence == "conflict") return step > 0 && step % kConflictEvery == 0;
    return Lab::due(cadence, config, step);
  }

  std::int64_t defaultSteps(const Config& config) const override {
    try {
      return Schedule(config).steps();
    } catch (const std::exception&) {
      return 670;
    }
  }
};

}  // namespace

std::shared_ptr<const Lab> makeLab() { return std::make_shared<PartMotionLab>(); }

}  // namespace learnscope::partmotion
