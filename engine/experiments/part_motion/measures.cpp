// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/measure_list.h"
#include "engine/experiments/part_motion/description.h"
#include "engine/experiments/part_motion/world.h"

namespace learnscope::partmotion {
namespace {

void addBatch(MeasureList& list) {
  list.heading(LS_TR("Batch"), "steps");
  list.scalar("loss", LS_TR("Loss"), LS_TR("What the step descends: the present stage's."));
  list.scalar("motionLoss", LS_TR("Motion loss"),
              LS_TR("L1: mean squared difference of all 14 numbers of the codes from the target Gaussians."));
  list.scalar("colourLoss", LS_TR("Picture loss"),
              LS_TR("Mean squared difference of the pictures' rgb; in stages that "
                    "draw pictures."));
  list.scalar("alphaLoss", LS_TR("Coverage loss"), LS_TR("Mean squared difference of the pictures' coverage."));
  list.scalar("gradientLoss", LS_TR("Edge loss"),
              LS_TR("Mean absolute difference of neighbouring pixels' differences over three scales. Not LPIPS."));
  list.scalar("batchEpe", LS_TR("Relative EPE of the batch"),
              LS_TR("Mean |prediction - B| over mean |B - A| of the batch's moving Gaussians; 1: nothing learned."));
  list.scalar("rate", LS_TR("Learning rate"), LS_TR("Of the present step in its one-cycle schedule."));
}

void addAppearance(MeasureList& list) {
  list.heading(LS_TR("Pictures"), "evaluation");
  list.scalar("psnr", LS_TR("Test PSNR"),
              LS_TR("Mean over 24 test objects of -10 log10 of the mean squared error over 4 views of 48² pixels, on "
                    "white; at most 60."),
              "dB");
  list.scalar("copyPsnr", LS_TR("PSNR of a copy"), LS_TR("Of the unmoved object: what doing nothing reaches."), "dB");
  list.scalar("ceilingPsnr", LS_TR("PSNR of redrawing B"),
              LS_TR("Of the network shown the moved object without drags: what it could reach at best. Full head."),
              "dB");
  list.scalar("psnrGain", LS_TR("Gain over a copy"), LS_TR("Test PSNR minus that of a copy; below 0 it does harm."),
              "dB");
  list.scalar("movingPsnr", LS_TR("PSNR where it moves"),
              LS_TR("Over the pixels whose largest channel differs by more than 0.1 between A and B."), "dB");
  list.scalar("ssim", LS_TR("SSIM"), LS_TR("Structural similarity (Wang 2004), 11 x 11 window of sigma 1.5."));
  list.scalar("colourError", LS_TR("Colour error"), LS_TR("Mean over Gaussians of |rgb - true rgb|_1 / 3."));
  list.scalar("retention", LS_TR("Retention"), LS_TR("PSNR on 24 still objects of many colours, shown without drags."),
              "dB");
  list.scalar("forgetting", LS_TR("Forgetting"), LS_TR("Retention when fine-tuning began, minus now."), "dB");
}

void addMotion(MeasureList& list) {
  list.heading(LS_TR("Motion"), "evaluation");
  list.scalar("epe", LS_TR("EPE"), LS_TR("End-point error: mean |prediction - B| over moving test Gaussians."),
              "units");
  list.scalar("relativeEpe", LS_TR("Relative EPE"), LS_TR("EPE over mean |B - A|; 1: nothing learned."));
  list.scalar("drift", LS_TR("Static drift"), LS_TR("Mean |prediction - A| over Gaussians that should stay."), "units");
  list.scalar("iou", LS_TR("Part IoU"), LS_TR("Of {gate > 1/2} and the moved part, mean over objects. Rigid head."));
  list.scalar("dragError", LS_TR("Drag error"),
              LS_TR("Distance in view 0 of the dragged points from where they were dragged to, in % of its width."),
              "%");
  list.scalar("axisError", LS_TR("Axis error"),
              LS_TR("Between the axis of the motion fitted to the moved part (Kabsch) and the true one; the direction, "
                    "of drawers."),
              "°");
  list.scalar("originError", LS_TR("Axis distance"), LS_TR("Between the fitted and the true axis; turning joints."),
              "units");
  list.scalar("angleError", LS_TR("Angle error"), LS_TR("Of the fitted turn; turning joints."), "°");
  list.scalar("shiftError", LS_TR("Shift error"), LS_TR("Of the fitted slide; sliding joints."), "units");
  list.heading(LS_TR("Motion"), "conflict");
  list.scalar("gradientConflict", LS_TR("Gradient conflict"),
              LS_TR("Cosine of the gradients of motion and picture loss on one fixed batch, every 50 steps."));
}

void addHealth(MeasureList& list) {
  list.heading(LS_TR("Splat health"), "evaluation");
  list.scalar("meanOpacity", LS_TR("Mean opacity"), LS_TR("Of the predicted test Gaussians."));
  list.scalar("visibleShare", LS_TR("Visible share"), LS_TR("Of Gaussians with opacity above 0.005."));
  list.array("scaleQuantiles", LS_TR("Scale quantiles"),
             LS_TR("5, 50 and 95 % of the largest of each Gaussian's three scales."), {"3"}, "units");
}

void addScene(MeasureList& list) {
  list.heading(LS_TR("Object shown"), "evaluation");
  const char* gaussians = LS_TR("x y z, opacity, scales, quaternion w x y z, rgb; z is up.");
  list.array("startGaussians", LS_TR("A: start"), gaussians, {"N", "14"});
  list.array("predictedGaussians", LS_TR("Prediction"), gaussians, {"N", "14"});
  list.array("trueGaussians", LS_TR("B: truth"), gaussians, {"N", "14"});
  list.array("partLabel", LS_TR("Part"), LS_TR("0 body, 1 the part that is pulled, 2 other parts."), {"N"});
  list.array("gate", LS_TR("Gate"), LS_TR("How much each Gaussian takes part in the motion, 0..1. Rigid head."), {"N"});
  list.array("displacement", LS_TR("Displacement"), LS_TR("Distance between start and prediction."), {"N"}, "units");
  list.array("positionError", LS_TR("Position error"), LS_TR("Distance between prediction and truth."), {"N"}, "units");
  list.array("dragStarts", LS_TR("Drag starts"), LS_TR("Where the part is held."), {"K", "3"});
  list.array("dragWays", LS_TR("Drags"), LS_TR("From start to end."), {"K", "3"});
  list.array("flowStarts", LS_TR("Flow: places"), LS_TR("Of every so many-th Gaussian, about 200."), {"F", "3"});
  list.array("flow", LS_TR("Flow"), LS_TR("Their predicted displacement."), {"F", "3"});
  list.array(
      "dragMaps", LS_TR("Drag maps"),
      LS_TR("How strongly drags are felt in view 0, finest scale first. Points: the share of the drags' message, "
            "0..1, on the object; splatter: the length of the map's vectors."),
      {"S", "32", "32"});
  list.array("dragReach", LS_TR("Reach of the drags"),
             LS_TR("Share of the drags' message at each Gaussian, Σw / (Σw + 0.1), in each block. Points."),
             {"S", "N"});
  list.array("trueAxis", LS_TR("True axis"), LS_TR("Two ends of the joint's line."), {"2", "3"});
  list.array("fittedAxis", LS_TR("Fitted axis"), LS_TR("Of the motion fitted to the predicted part (Kabsch)."),
             {"2", "3"});
  list.array("pictures", LS_TR("Pictures"), LS_TR("Four views of A, prediction, B and |prediction - B|, 0..255."),
             {"16", "48", "48", "3"});
}

}  // namespace

std::vector<Measure> measures() {
  MeasureList list;
  addBatch(list);
  addAppearance(list);
  addMotion(list);
  addHealth(list);
  addScene(list);
  return list.take();
}

std::vector<AnalysisDescription> analyses() {
  using enum ParameterType;
  const Parameter object{.id = "object",
                         .title = LS_TR("Object"),
                         .type = Int,
                         .fallback = 0,
                         .doc = LS_TR("Test object."),
                         .minimum = 0,
                         .maximum = kTestPairs - 1};
  const auto coordinate = [](const char* id) {
    return Parameter{.id = id,
                     .title = id,
                     .type = Real,
                     .fallback = 0.0,
                     .doc = LS_TR("Where the point is pulled to, scene units; z is up."),
                     .minimum = -10,
                     .maximum = 10};
  };
  std::vector<Measure> results;
  MeasureList scene;
  addScene(scene);
  for (Measure& measure : scene.take())
    if (measure.id != "pictures") results.push_back(std::move(measure));
  return {{.id = "predict",
           .title = LS_TR("Predict an object"),
           .doc = LS_TR("Moves a test object by its own drags."),
           .arguments = {object},
           .results = results},
          {.id = "drag",
           .title = LS_TR("Drag with the mouse"),
           .doc = LS_TR("Pulls one point of an object: the drag goes to every part of the mask around it, the truth's "
                        "label, as one displacement (PartRM, equation 2). Without a point, nothing is pulled."),
           .arguments = {object,
                         {.id = "gaussian",
                          .title = LS_TR("Point"),
                          .type = Int,
                          .fallback = -1,
                          .doc = LS_TR("Gaussian that is held; -1: none."),
                          .minimum = -1,
                          .maximum = 8191},
                         coordinate("x"),
                         coordinate("y"),
                         coordinate("z")},
           .results = results},
          {.id = "play",
           .title = LS_TR("Play the motion"),
           .doc = LS_TR("The object with the fitted rigid motion of the predicted part carried out as far as a state "
                        "between 0 and 5; the true object in that state beside it."),
           .arguments = {object,
                         {.id = "state",
                          .title = LS_TR("State"),
                          .type = Real,
                          .fallback = 5.0,
                          .doc = LS_TR("0 closed, 5 open."),
                          .minimum = 0,
                          .maximum = kStates - 1}},
           .results = {results[1], results[2]}}};
}

}  // namespace learnscope::partmotion
