// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/core/config.h"
#include "engine/models/lane_conv.h"

namespace learnscope::partmotion {

/// An object to be moved: Gaussians [points][14] and drags [count][6].
struct ModelInput {
  std::span<const float> gaussians, drags;
};

inline constexpr int kDragMapSide = 32;

/// A network that moves objects, with the losses' way into it. A pass takes a few objects side by side.
class Model {
 public:
  virtual ~Model() = default;
  virtual const LaneParameters& parameters() const = 0;
  virtual void draw(RandomStream& random, float* weights) const = 0;
  /// Objects that one pass takes at most.
  virtual int objects() const = 0;
  /// True where Gaussian i of a prediction is the same material point as Gaussian i of the input.
  virtual bool material() const = 0;
  /// True where a network must be pretrained before it says anything.
  virtual bool writesAnew() const = 0;

  /// `felt`: the scales at which drags are heard, finest first. The arguments must live until backward().
  virtual void forward(const float* weights, std::span<const ModelInput> inputs, const std::vector<bool>& felt) = 0;
  /// Activated Gaussians of an object, of the last forward() [count][14].
  virtual std::span<const float> gaussians(int object) const = 0;
  /// How much each point takes part in the motion; empty where a network has no gate.
  virtual std::span<const float> gate() const { return {}; }
  /// How strongly the drags of the last forward() were felt in view 0, [scales][kDragMapSide][kDragMapSide], finest
  /// first; empty where drags enter at points and not in pictures.
  virtual std::vector<float> dragMaps(int object) const {
    (void)object;
    return {};
  }
  /// The numbers that the motion loss compares.
  virtual std::span<const float> codes(int object) const = 0;
  /// The loss of an object against target codes; `weight` times its gradient goes to backward().
  virtual double motionLoss(int object, std::span<const float> target, double weight) = 0;
  /// A gradient at gaussians() of an object goes to backward().
  virtual void addGradient(int object, std::span<const float> byGaussians) = 0;
  /// Adds to `gradient` [parameters().count()].
  virtual void backward(float* gradient) = 0;
};

std::unique_ptr<Model> makeModel(const Config& config);
/// Says which network a config's is: "points/rigid/2 blocks/anchors", "splatter".
std::string modelName(const Config& config);

}  // namespace learnscope::partmotion
