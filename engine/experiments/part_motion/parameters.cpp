// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/parameter_group.h"
#include "engine/core/redraw.h"
#include "engine/experiments/part_motion/description.h"
#include "engine/experiments/part_motion/world.h"

namespace learnscope::partmotion {
namespace {

using enum ParameterType;

void addObjects(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Objects"));
  group.add({.id = "kinds",
             .title = LS_TR("Kinds"),
             .type = Subset,
             .fallback = {"drawer", "door", "laptop", "lid", "oven"},
             .doc = LS_TR("Procedural furniture that is trained and tested on; drawers slide, the rest turns."),
             .choices = {{"drawer", LS_TR("Chest of drawers")},
                         {"door", LS_TR("Cupboard door")},
                         {"laptop", LS_TR("Laptop")},
                         {"lid", LS_TR("Box with a lid")},
                         {"oven", LS_TR("Oven")},
                         {"multi", LS_TR("Cabinet with a door and two drawers")}}});
  group.add({.id = "palette",
             .title = LS_TR("Palette"),
             .type = Choice,
             .fallback = "narrow",
             .doc = LS_TR("Colours of the training and test objects: seven tones of wood and grey, or any strong "
                          "colour. The probes that tell forgetting always have any."),
             .choices = {{"narrow", LS_TR("Wood and grey")}, {"wide", LS_TR("Any colour")}}});
  group.add(fixedWhole("points", LS_TR("Gaussians"), 512, 128, 8192, LS_TR("Of each object; costs grow with them.")));
}

Json pointsOnly() { return {{"formulation", "points"}}; }

void addNetwork(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Network"));
  group.add(
      {.id = "formulation",
       .title = LS_TR("Formulation"),
       .type = Choice,
       .fallback = "points",
       .doc = LS_TR("Gaussians in, the same Gaussians out, moved; or, as in the paper, pictures from four sides in "
                    "and new Gaussians out, one a pixel."),
       .choices = {{"points", LS_TR("Points")}, {"splatter", LS_TR("Splatter")}}});
  group.add({.id = "head",
             .title = LS_TR("Head"),
             .type = Choice,
             .fallback = "rigid",
             .doc = LS_TR("What the network may say: one rigid motion with a gate for every Gaussian, and a small "
                          "correction; a correction alone; or every number anew, which has to be learned first and "
                          "can be forgotten."),
             .choices = {{"rigid", LS_TR("Gated rigid motion")},
                         {"residual", LS_TR("Correction")},
                         {"full", LS_TR("Every number anew")}}},
            pointsOnly());
  group.add({.id = "blocks",
             .title = LS_TR("Blocks"),
             .type = Choice,
             .fallback = "2",
             .doc = LS_TR("Each block hears the drags at a scale of its own: reach σ = 0.15 and 0.6, or 0.1, 0.3 and "
                          "1 world units."),
             .choices = {{"2", LS_TR("Two")}, {"3", LS_TR("Three")}}},
            pointsOnly());
  group.add({.id = "attention",
             .title = LS_TR("Attention"),
             .type = Choice,
             .fallback = "anchors",
             .doc = LS_TR("Points look at every eighth point, or at all: three times the cost."),
             .choices = {{"anchors", LS_TR("To anchors")}, {"all", LS_TR("To all points")}}},
            pointsOnly());
}

void addStages(std::vector<Parameter>& list, bool splatter) {
  ParameterGroup group(list, LS_TR("Stages"));
  const Json pretrained = splatter ? Json{{"formulation", "splatter"}} : Json{{"head", "full"}};
  group.add({.id = "regime",
             .title = LS_TR("Regime"),
             .type = Choice,
             .fallback = "stage1+2",
             .doc = LS_TR("Stage 1 learns motion from target Gaussians, stage 2 appearance from pictures drawn by the "
                          "differentiable rasteriser (PartRM, section 3.4)."),
             .choices = {{"stage1", LS_TR("Stage 1: motion alone")},
                         {"stage2", LS_TR("Stage 2: pictures alone")},
                         {"stage1+2", LS_TR("Stage 1, then 2")},
                         {"joint", LS_TR("Both losses at once")}}});
  group.add(liveReal("split", LS_TR("Share of stage 1"), splatter ? 0.5 : 0.75, 0, 1,
                     LS_TR("Of the iterations, before stage 2 begins.")),
            {{"regime", "stage1+2"}});
  group.add(liveReal("joint.beta", LS_TR("Weight of pictures β"), 1, 0, 100, LS_TR("In L1 + β L2.")),
            {{"regime", "joint"}});
  group
      .add(fixedWhole("iterations", LS_TR("Iterations"), splatter ? 240 : 670, 50, 5000,
                      LS_TR("Of both stages together.")))
      .live = true;
  group.add(
      fixedWhole("pretraining.steps", LS_TR("Pretraining steps"), splatter ? 360 : 250, 0, 5000,
                 LS_TR("Before the stages: writing still objects of many colours anew, without drags. Splatter, and "
                       "the full head.")),
      pretrained);
  group
      .add(liveReal("pretraining.rate", LS_TR("Pretraining rate"), splatter ? 3e-3 : 4e-3, 1e-5, 2e-2,
                    LS_TR("Largest learning rate.")),
           pretrained)
      .logarithmic = true;
  group.add({.id = "teacher",
             .title = LS_TR("Teacher"),
             .type = Choice,
             .fallback = "network",
             .doc = LS_TR("Where stage 1's targets come from: the pretrained network, shown the moved object "
                          "(distillation, as in the paper), or the moved object itself."),
             .choices = {{"network", LS_TR("Pretrained network")}, {"truth", LS_TR("Ground truth")}},
             .live = true},
            {{"head", "full"}});
  group.add(liveReal("rehearsal", LS_TR("Rehearsal"), 0, 0, 0.9,
                     LS_TR("Share of a batch that is still objects of many colours: what was forgotten comes back.")));
  group.add({.id = "freeze",
             .title = LS_TR("Freeze"),
             .type = Subset,
             .fallback = Json::array(),
             .doc = LS_TR("Parts whose weights stay as they are; only the rigid head has a gate."),
             .choices = {{"backbone", LS_TR("Backbone")}, {"colour", LS_TR("Colour head")}, {"gate", LS_TR("Gate")}},
             .live = true});
}

void addTraining(std::vector<Parameter>& list, bool splatter) {
  ParameterGroup group(list, LS_TR("Training"));
  group
      .add(
          liveReal("learningRate", LS_TR("Rate of stage 1"), splatter ? 2e-3 : 4e-3, 1e-5, 2e-2,
                   LS_TR("Largest rate of AdamW (.9, .95) in stage 1 and in joint training; one cycle, 15 % warm-up.")))
      .logarithmic = true;
  group
      .add(liveReal("appearanceRate", LS_TR("Rate of stage 2"), 1e-3, 1e-5, 2e-2,
                    LS_TR("Largest rate in stage 2; its optimizer starts anew.")))
      .logarithmic = true;
  group.add(
      liveReal("weightDecay", LS_TR("Weight decay"), splatter ? 0.01 : 0.05, 0, 0.5, LS_TR("Decoupled, of AdamW.")));
  group.add(liveReal("clip", LS_TR("Gradient clip"), 1, 0.01, 100, LS_TR("Largest norm of the gradient.")))
      .logarithmic = true;
  group.add(fixedWhole("batch", LS_TR("Batch"), splatter ? 4 : 8, 1, 32, LS_TR("Objects a step."))).live = true;
}

void addDrags(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Drags"));
  group.add(fixedWhole("drags.count", LS_TR("Drags"), 10, 1, 64, LS_TR("Points of the moving part that are pulled.")))
      .live = true;
  group.add({.id = "drags.mode",
             .title = LS_TR("Direction"),
             .type = Choice,
             .fallback = "plane",
             .doc = LS_TR("What a mouse can say, the displacement in view 0's picture plane; or the whole vector."),
             .choices = {{"plane", LS_TR("In the picture plane")}, {"space", LS_TR("In space")}}});
  Parameter noise = liveReal("drags.noise", LS_TR("Noise"), 1, 0, 5,
                             LS_TR("Standard deviation of starts and ends while training, of the picture's width, for "
                                   "half of the objects."));
  noise.unit.append("%");
  group.add(std::move(noise));
  group.add(
      {.id = "drags.scales",
       .title = LS_TR("Scales"),
       .type = Subset,
       .fallback = {"1", "2", "3"},
       .doc = LS_TR("At which drags are heard, finest first: the reach of each block; of the splatter, maps of 32, "
                    "16 and 8 pixels."),
       .choices = {{"1", LS_TR("Fine")}, {"2", LS_TR("Second")}, {"3", LS_TR("Third")}},
       .live = true});
}

void addPictures(std::vector<Parameter>& list, bool splatter) {
  ParameterGroup group(list, LS_TR("Pictures of stage 2"));
  group
      .add(fixedWhole("render.views", LS_TR("Views"), splatter ? 3 : 2, 1, kViews,
                      LS_TR("Drawn at random from eight, each object.")))
      .live = true;
  Parameter size =
      fixedWhole("render.size", LS_TR("Side"), 32, 16, 128, LS_TR("Of the pictures; costs grow with its square."));
  size.unit = LS_TR("pixels");
  size.live = true;
  group.add(std::move(size));
  group.add(liveReal("lambdaAlpha", LS_TR("λ of coverage"), 1, 0, 5, LS_TR("Weight of the coverage's mean square.")));
  group.add(
      liveReal("lambdaGradient", LS_TR("λ of edges"), 0.2, 0, 5,
               LS_TR("Weight of the edges' mean absolute difference over three scales. No VGG network is shipped: "
                     "this is not LPIPS.")));
}

void addEvaluation(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Evaluation"));
  Parameter every = fixedWhole("evaluation.every", LS_TR("Evaluate every"), 25, 5, 1000,
                               LS_TR("On 24 test objects and 24 "
                                     "still probes."));
  every.unit = LS_TR("steps");
  every.live = true;
  group.add(std::move(every));
  group.add(
      fixedWhole("shown", LS_TR("Object shown"), 0, 0, kTestPairs - 1, LS_TR("Test object that the scene shows.")));
  group.add(liveReal("state", LS_TR("State shown"), kStates - 1, 0, kStates - 1,
                     LS_TR("Where the view \"Play\" holds the motion: 0 closed, 5 open. Training does not see it.")));
}

}  // namespace

std::vector<Parameter> parameters(bool splatter) {
  std::vector<Parameter> list;
  addObjects(list);
  addNetwork(list);
  addStages(list, splatter);
  addTraining(list, splatter);
  addDrags(list);
  addPictures(list, splatter);
  addEvaluation(list);
  return list;
}

std::vector<InterventionDescription> interventions() {
  return {{.id = "switch-stage",
           .title = LS_TR("Switch stage now"),
           .doc = LS_TR("From motion to pictures or back, with the iterations that are left."),
           .visibleIf = {{"regime", {"stage1", "stage2", "stage1+2"}}}},
          redrawIntervention()};
}

}  // namespace learnscope::partmotion
