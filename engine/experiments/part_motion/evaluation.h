// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>

#include "engine/core/array.h"
#include "engine/experiments/part_motion/model.h"
#include "engine/experiments/part_motion/setting.h"
#include "engine/measures/rigid_fit.h"

namespace learnscope::partmotion {

inline constexpr int kEvaluationSize = 48;  ///< pixels a side
/// Views that are judged: those that the splatter does not see.
std::array<int, 4> evaluationViews(const Config& config);

/// How far the motion of a part, fitted to its predicted Gaussians, is from its true joint. NaN where it does not
/// apply.
struct JointError {
  double axis = 0;    ///< degrees between the axes of turning or the directions of sliding
  double origin = 0;  ///< world units between the axes; turning joints
  double angle = 0;   ///< degrees; turning joints
  double shift = 0;   ///< world units; sliding joints
};
/// The screw of the moving part's Gaussians from `from` to `to` [points][14]; nothing for fewer than three.
std::optional<RigidFit> fitMovingPart(const MotionPair& pair, std::span<const float> from, std::span<const float> to);
JointError jointError(const MotionPair& pair, const RigidFit& fit);

/// Everything one evaluation finds; distances in world units, PSNR in dB. NaN where it does not apply.
struct Evaluation {
  double psnr = 0, copyPsnr = 0, ceilingPsnr = 0, movingPsnr = 0, ssim = 0;
  double epe = 0, relativeEpe = 0, drift = 0, iou = 0, dragError = 0, colourError = 0;
  JointError joint;
  double retention = 0;
  double meanOpacity = 0, visible = 0;
  std::array<double, 3> scales{};  ///< 5, 50, 95 % of the Gaussians' largest scales
};

/// What the network makes of one object.
struct Answer {
  MotionPair pair;
  std::vector<float> gaussians;  ///< predicted [count][14]
  std::vector<float> gate;       ///< [points], the rigid head's
  bool material = true;          ///< Gaussian i of the prediction is Gaussian i of the pair
  std::vector<float> dragMaps;   ///< as Model::dragMaps()
  std::vector<double> reaches;   ///< sigma of each block's drags, world units, 0 where they are not felt; points alone
};

/// Judges weights on the test objects and the still probes of a config; draws no random numbers of training.
class Evaluator {
 public:
  Evaluator(const Config& config, std::uint64_t seed)
      : world_(worldOf(config, seed)), views_(evaluationViews(config)) {}

  Evaluation evaluate(Model& model, const float* weights, const Config& config);
  Answer answer(Model& model, const float* weights, const Config& config, int object) const;

 private:
  using Picture = std::vector<float>;  ///< [3][size][size]
  struct Scene {
    std::vector<Picture> from, to;  ///< by view
  };
  struct Sums;
  void prepare();
  std::vector<Answer> answers(Model& model, const float* weights, const Config& config, int first, int count) const;
  void judge(const Answer& found, const Scene& scene, Sums& sums);
  std::vector<Picture> draw(std::span<const float> gaussians);
  double psnrOf(const std::vector<Picture>& a, const std::vector<Picture>& b) const;

  World world_;
  std::array<int, 4> views_;
  splats::DifferentiableRasteriser<float> rasteriser_;
  std::vector<Scene> scenes_;               ///< of the test objects, drawn at the first evaluation
  std::vector<std::vector<float>> probes_;  ///< Gaussians
  std::vector<std::vector<Picture>> probePictures_;
};

/// Rows for four views of start, prediction, truth and |prediction - truth|: pictures [16][size][size][3] in 0..255.
Array pictureStrip(const Answer& answer, const std::array<int, 4>& views, int size = kEvaluationSize);

}  // namespace learnscope::partmotion
