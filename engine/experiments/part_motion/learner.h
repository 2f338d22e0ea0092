// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/state.h"
#include "engine/experiments/part_motion/setting.h"

namespace learnscope::partmotion {

/// What a step found on its batch, before the update.
struct StepReport {
  Stage stage = Stage::Motion;
  double rate = 0;               ///< of the update
  double loss = 0;               ///< what was descended
  double motion = 0;             ///< the motion loss; NaN where there was no target
  ImageLosses images;            ///< 0 where none were drawn
  double moved = 0, missed = 0;  ///< sums over moving Gaussians of |B - A| and |prediction - B|
};

/// Trains a network: AdamW (.9, .95) with clipped gradients and one cycle of rates a stage (part-motion
/// page, "Model and training"). Owns the weights and their optimizer. Random streams of its own: "motion.start" for
/// the weights, "motion.batches" for batches, noise and views.
class Learner {
 public:
  Learner(const Config& config, std::uint64_t seed);

  /// One step with the config's present values. Throws NumericError, the state being as before, if the loss or a
  /// gradient is not finite.
  const StepReport& step(const Config& config);
  std::int64_t steps() const { return steps_; }
  const StepReport& report() const { return report_; }
  Schedule& schedule() { return schedule_; }
  const Schedule& schedule() const { return schedule_; }
  const AlignedVector<float>& weights() const { return weights_; }
  Model& model() { return *model_; }
  RandomStream& batches() { return batches_; }

  /// Cosine of the gradients of the two losses on one batch of the config's size, the same for every step.
  double gradientConflict(const Config& config);

  State save() const;
  /// Throws DataError if the state is of another network.
  void load(const State& state);

 private:
  /// One object of a batch.
  struct Item {
    bool still = false;            ///< no drags; its target is itself
    MotionPair pair;               ///< of those that move
    std::vector<float> gaussians;  ///< of those that are still
    std::vector<int> views;
    const std::vector<float>& from() const { return still ? gaussians : pair.from; }
    const std::vector<float>& to() const { return still ? gaussians : pair.to; }
  };
  struct Weights {
    double motion = 0, images = 0;
  };
  std::vector<Item> drawBatch(const Config& config, Stage stage, RandomStream& random) const;
  StepReport accumulate(const Config& config, std::vector<Item>& batch, Stage stage, Weights weights, float* gradient);
  void accumulateGroup(const Config& config, std::span<Item> group, double share, const std::vector<bool>& felt,
                       Weights weights, float* gradient, StepReport& report);
  bool findTargets(const Config& config, std::span<const Item> group, bool wanted);
  void update(const Config& config, double rate, double norm);
  std::vector<bool> frozen(const Config& config) const;

  std::string name_;  ///< of the network
  World world_;
  std::unique_ptr<Model> model_, teacher_;
  Schedule schedule_;
  ImageLoss<float> imageLoss_;
  AlignedVector<float> weights_, moment1_, moment2_, gradient_;
  AlignedVector<float> taught_;  ///< weights at the end of pretraining; empty before
  RandomStream batches_;
  std::int64_t steps_ = 0, optimizerSteps_ = 0;
  StepReport report_;
  std::vector<std::vector<float>> targets_;  ///< codes, of a group of objects
  AlignedVector<float> byGaussians_;
};

}  // namespace learnscope::partmotion
