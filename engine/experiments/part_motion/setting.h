// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/core/config.h"
#include "engine/experiments/part_motion/image_loss.h"
#include "engine/experiments/part_motion/model.h"
#include "engine/experiments/part_motion/world.h"
#include "engine/models/point_motion.h"

namespace learnscope::partmotion {

World worldOf(const Config& config, std::uint64_t seed);
PointMotionShape shapeOf(const Config& config);
/// True for the network from pictures to pixel-aligned Gaussians.
bool isSplatter(const Config& config);
/// True where a network writes every number anew: it is pretrained first.
bool isPretrained(const Config& config);
/// The scales at which drags are heard, finest first.
std::vector<bool> feltScales(const Config& config);
int dragsOf(const Config& config);

/// What is being learned: the objects themselves without drags, motion by the distance to target Gaussians, appearance
/// by rendered pictures, or both at once.
enum class Stage { Pretraining, Motion, Appearance, Joint };
std::string stageEvent(Stage stage);
std::string stageTitle(Stage stage);

/// When a run is in which stage; steps are counted from 0 by their training step.
class Schedule {
 public:
  Schedule() = default;
  explicit Schedule(const Config& config) { setConfig(config); }
  /// Iterations and split may change while training.
  void setConfig(const Config& config);
  /// The other stage from training step `step` on. Throws ConfigError where there is none to change to.
  void switchAt(std::int64_t step);
  std::int64_t switched() const { return switched_; }
  void setSwitched(std::int64_t step) { switched_ = step; }

  std::int64_t steps() const { return pretraining_ + iterations_; }
  std::int64_t pretraining() const { return pretraining_; }
  struct Span {
    Stage stage = Stage::Motion;
    std::int64_t begin = 0, end = 0;
  };
  /// The stage of a training step; the last one goes on after the end.
  Span at(std::int64_t step) const;

 private:
  enum class Regime { Motion, Appearance, Both, Joint };
  Regime regime_ = Regime::Both;
  std::int64_t pretraining_ = 0, iterations_ = 0, switched_ = -1;
  double split_ = 0.75;
};

}  // namespace learnscope::partmotion
