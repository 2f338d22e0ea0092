// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/setting.h"

#include <algorithm>
#include <cmath>

#include "engine/experiments/part_motion/points_model.h"
#include "engine/experiments/part_motion/splatter_model.h"

namespace learnscope::partmotion {

World worldOf(const Config& config, std::uint64_t seed) {
  World world;
  for (const ObjectKind kind :
       {ObjectKind::Drawer, ObjectKind::Door, ObjectKind::Laptop, ObjectKind::Lid, ObjectKind::Oven, ObjectKind::Multi})
    for (const Json& chosen : config["kinds"])
      if (chosen == objectKindName(kind)) world.kinds.push_back(kind);
  world.palette = config.text("palette") == "wide" ? ObjectPalette::Wide : ObjectPalette::Narrow;
  world.points = static_cast<int>(config.integer("points"));
  world.planeDrags = config.text("drags.mode") == "plane";
  world.seed = seed;
  return world;
}

PointMotionShape shapeOf(const Config& config) {
  PointMotionShape shape;
  const std::string head = config.text("head");
  shape.head = head == "full" ? MotionHead::Full : head == "residual" ? MotionHead::Residual : MotionHead::Rigid;
  shape.points = static_cast<int>(config.integer("points"));
  if (config.text("blocks") == "3") shape.scales = {0.1, 0.3, 1};
  shape.anchorStride = config.text("attention") == "all" ? 1 : 8;
  return shape;
}

bool isSplatter(const Config& config) { return config.text("formulation") == "splatter"; }

bool isPretrained(const Config& config) { return isSplatter(config) || config.text("head") == "full"; }

std::unique_ptr<Model> makeModel(const Config& config) {
  if (isSplatter(config)) return std::make_unique<SplatterModel>();
  return std::make_unique<PointsModel>(shapeOf(config));
}

std::string modelName(const Config& config) {
  if (isSplatter(config)) return "splatter";
  return "points/" + config.text("head") + "/" + config.text("blocks") + " blocks/" + config.text("attention");
}

std::vector<bool> feltScales(const Config& config) {
  std::vector<bool> felt(isSplatter(config) ? SplatterUNet::kLevels : shapeOf(config).scales.size(), false);
  for (const Json& scale : config["drags.scales"]) {
    const auto block = static_cast<std::size_t>(scale.get<std::string>()[0] - '1');
    if (block < felt.size()) felt[block] = true;
  }
  return felt;
}

int dragsOf(const Config& config) { return static_cast<int>(config.integer("drags.count")); }

std::string stageEvent(Stage stage) {
  switch (stage) {
    case Stage::Pretraining:
      return "pretraining";
    case Stage::Motion:
      return "stage-1";
    case Stage::Appearance:
      return "stage-2";
    case Stage::Joint:
      break;
  }
  return "joint";
}

std::string stageTitle(Stage stage) {
  switch (stage) {
    case Stage::Pretraining:
      return LS_TR("pretraining");
    case Stage::Motion:
      return LS_TR("stage 1: motion");
    case Stage::Appearance:
      return LS_TR("stage 2: appearance");
    case Stage::Joint:
      break;
  }
  return LS_TR("both losses");
}

void Schedule::setConfig(const Config& config) {
  const std::string regime = config.text("regime");
  regime_ = regime == "stage1"   ? Regime::Motion
            : regime == "stage2" ? Regime::Appearance
            : regime == "joint"  ? Regime::Joint
                                 : Regime::Both;
  pretraining_ = isPretrained(config) ? config.integer("pretraining.steps") : 0;
  iterations_ = config.integer("iterations");
  split_ = config.real("split");
}

void Schedule::switchAt(std::int64_t step) {
  if (regime_ == Regime::Joint)
    throw ConfigError("/intervene/switch-stage", "joint", "a regime of stages: joint training has no other stage");
  if (step < pretraining_)
    throw ConfigError("/intervene/switch-stage", "pretraining",
                      "after pretraining, at step " + std::to_string(pretraining_) + " or later");
  const bool changed = switched_ >= 0 || (regime_ == Regime::Both && at(step).stage == Stage::Appearance);
  if (changed) throw ConfigError("/intervene/switch-stage", std::to_string(step), "the stages have changed already");
  switched_ = step;
}

Schedule::Span Schedule::at(std::int64_t step) const {
  if (step < pretraining_) return {Stage::Pretraining, 0, pretraining_};
  const std::int64_t end = std::max(steps(), step + 1);
  if (regime_ == Regime::Joint) return {Stage::Joint, pretraining_, end};
  const std::int64_t planned =
      regime_ == Regime::Both ? pretraining_ + std::llround(static_cast<double>(iterations_) * split_) : end;
  const std::int64_t border = switched_ >= 0 ? switched_ : planned;
  const Stage first = regime_ == Regime::Appearance ? Stage::Appearance : Stage::Motion;
  const Stage second = regime_ == Regime::Appearance ? Stage::Motion : Stage::Appearance;
  if (step < border) return {first, pretraining_, std::min(border, end)};
  return {second, border, end};
}

}  // namespace learnscope::partmotion
