// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/description.h"

#include "engine/core/redraw.h"

namespace learnscope::concept_space {
namespace {

using enum ParameterType;

const Json kDiscs = Json::array({"discs2", "discs3"});
const Json kPictures = Json::array({"discs2", "discs3", "folder"});
const Json kTrained = Json::array({"discs2", "discs3", "vectors", "folder"});

void addWorld(std::vector<Parameter>& list, int concepts) {
  const char* group = LS_TR("World");
  list.push_back(
      {.id = "world.kind",
       .title = LS_TR("World"),
       .type = Choice,
       .fallback = "discs2",
       .doc = LS_TR("Discs of two colours and sizes; with light and dark ground too; bare concept vectors; your "
                    "own labelled pictures; or the exactly solvable linear model (arXiv 2410.08309)."),
       .group = group,
       .choices = {{"discs2", LS_TR("Discs: colour × size")},
                   {"discs3", LS_TR("Discs: colour × size × ground")},
                   {"vectors", LS_TR("Concept vectors")},
                   {"folder", LS_TR("Picture folder")},
                   {"swing-by", LS_TR("Swing-by model (exact)")}}});
  list.push_back(
      {.id = "world.dc",
       .title = LS_TR("Colour separation dc"),
       .type = Real,
       .fallback = 0.3,
       .doc = LS_TR("Distance of the colour means; colours spread by dc/8. Below about 0.06 the probe cannot "
                    "read the colour and the run is refused."),
       .group = group,
       .minimum = 0.05,
       .maximum = 0.8,
       .visibleIf = {{"world.kind", kDiscs}}});
  list.push_back(
      {.id = "world.ds",
       .title = LS_TR("Size separation ds"),
       .type = Real,
       .fallback = 0.4,
       .doc = LS_TR("Distance of the mean radii .45 ± ds/2; radii spread by 3 ds/8. Below about 0.07 the probe "
                    "cannot read the size and the run is refused."),
       .group = group,
       .minimum = 0.05,
       .maximum = 0.4,
       .visibleIf = {{"world.kind", kDiscs}}});
  list.push_back({.id = "world.db",
                  .title = LS_TR("Ground separation db"),
                  .type = Real,
                  .fallback = 0.3,
                  .doc = LS_TR("Distance of the mean greys of the background; spread db/8."),
                  .group = group,
                  .minimum = 0.05,
                  .maximum = 0.8,
                  .visibleIf = {{"world.kind", "discs3"}}});
  list.push_back({.id = "world.pos",
                  .title = LS_TR("Position spread"),
                  .type = Real,
                  .fallback = 0.1,
                  .doc = LS_TR("Centres are U(-pos, pos)²; half the picture is 1. Paper: 0.5."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 0.5,
                  .visibleIf = {{"world.kind", kDiscs}}});
  list.push_back({.id = "world.fixedSpread",
                  .title = LS_TR("Fixed spread"),
                  .type = Bool,
                  .fallback = false,
                  .doc = LS_TR("Colours spread by 0.05 and radii by 0.04 whatever the separation: a sweep over dc then "
                               "changes the signal alone."),
                  .group = group,
                  .visibleIf = {{"world.kind", kDiscs}}});
  list.push_back({.id = "image.size",
                  .title = LS_TR("Picture side"),
                  .type = Choice,
                  .fallback = "16",
                  .doc = LS_TR("Pixels along each side; the cost of a step grows with its square. Paper: 32."),
                  .group = group,
                  .unit = LS_TR("pixels"),
                  .choices = {{"8", "8"}, {"12", "12"}, {"16", "16"}, {"24", "24"}, {"32", "32"}},
                  .visibleIf = {{"world.kind", kDiscs}}});
  list.push_back({.id = "folder",
                  .title = LS_TR("Picture folder"),
                  .type = Folder,
                  .fallback = "",
                  .doc = LS_TR("PNG pictures of one side (8, 12, 16, 24 or 32) and labels.json: a list of "
                               "{\"file\": …, \"concepts\": {name: 0 or 1}}, 2 or 3 concepts, at least 8 a class."),
                  .group = group,
                  .visibleIf = {{"world.kind", "folder"}}});
  list.push_back(
      {.id = "vector.means",
       .title = LS_TR("Means μ"),
       .type = List,
       .fallback = {1.0, 2.0},
       .doc = LS_TR("Class means are ±μ on each axis (vectors), or clusters at μ on each axis (swing-by): 2 or "
                    "3 numbers. The smaller, the weaker the concept's signal."),
       .group = group,
       .minimum = 0.05,
       .maximum = 10,
       .visibleIf = {{"world.kind", {"vectors", "swing-by"}}}});
  list.push_back({.id = "swing.spread",
                  .title = LS_TR("Spread σ"),
                  .type = Real,
                  .fallback = 0.05,
                  .doc = LS_TR("Standard deviation of each cluster; a = σ² + μ²/s drives its axis."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 2,
                  .visibleIf = {{"world.kind", "swing-by"}}});
  list.push_back({.id = "swing.start",
                  .title = LS_TR("Start scale"),
                  .type = Real,
                  .fallback = 0.01,
                  .doc = LS_TR("Diagonal of W at the start."),
                  .group = group,
                  .minimum = 1e-6,
                  .maximum = 0.9,
                  .logarithmic = true,
                  .visibleIf = {{"world.kind", "swing-by"}}});
  list.push_back(
      {.id = "swing.correlation",
       .title = LS_TR("Start correlation"),
       .type = Real,
       .fallback = 0.9,
       .doc = LS_TR("Off-diagonal entries of W at the start, as a share of the diagonal: without them no swing."),
       .group = group,
       .minimum = 0,
       .maximum = 0.99,
       .visibleIf = {{"world.kind", "swing-by"}}});
  list.push_back(
      {.id = "heldOut",
       .title = LS_TR("Held-out classes"),
       .type = Text,
       .fallback = concepts == 3 ? "011,101,110,111" : "11",
       .doc = LS_TR("Classes never trained on, as digits with colour first (1 = blue), then size (1 = small), "
                    "then ground (1 = dark). The last of them is the one that is followed."),
       .group = group});
  list.push_back({.id = "data.perClass",
                  .title = LS_TR("Samples per class"),
                  .type = Int,
                  .fallback = 1024,
                  .doc = LS_TR("Drawn once and fixed for the run. Paper: 2048."),
                  .group = group,
                  .minimum = 8,
                  .maximum = 8192,
                  .visibleIf = {{"world.kind", {"discs2", "discs3", "vectors"}}}});
}

void addPrompts(std::vector<Parameter>& list) {
  const char* group = LS_TR("Prompts");
  list.push_back({.id = "maskProbability",
                  .title = LS_TR("Mask probability"),
                  .type = Real,
                  .fallback = 0.0,
                  .doc = LS_TR("How often the prompt of a red training sample loses its colour (underspecification)."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1,
                  .live = true,
                  .visibleIf = {{"world.kind", kTrained}}});
  list.push_back(
      {.id = "maskValue",
       .title = LS_TR("Masked colour"),
       .type = Choice,
       .fallback = "midpoint",
       .doc = LS_TR("What stands in a masked prompt: the middle of the two values, or 0 as in the paper, which "
                    "lies farther from blue than red does, so that masking helps."),
       .group = group,
       .choices = {{"midpoint", LS_TR("Midpoint")}, {"zero", LS_TR("Zero")}},
       .visibleIf = {{"world.kind", kTrained}}});
  list.push_back(
      {.id = "overprompt.strength",
       .title = LS_TR("Overprompt k"),
       .type = Real,
       .fallback = 1.6,
       .doc = LS_TR("The weakest concept is said k times as far from the middle as the class mean. Redraws the "
                    "thumbnails only; capability takes the best of 1.25, 1.6 and 2."),
       .group = group,
       .minimum = 0.5,
       .maximum = 4,
       .live = true,
       .visibleIf = {{"world.kind", kTrained}}});
  list.push_back(
      {.id = "latent.strength",
       .title = LS_TR("Latent step a"),
       .type = Real,
       .fallback = 1.0,
       .doc = LS_TR("a (P(with the concept) - P(without)) is added to the prompt codes of the blocks. Redraws "
                    "the thumbnails only; capability takes the best of 0.7, 1 and 1.4."),
       .group = group,
       .minimum = -1,
       .maximum = 3,
       .live = true,
       .visibleIf = {{"world.kind", kTrained}}});
  list.push_back(
      {.id = "latent.blocks",
       .title = LS_TR("Latent step in blocks"),
       .type = Subset,
       .fallback = {"1", "2", "3", "4", "5"},
       .doc = LS_TR("Residual blocks that the latent step of the thumbnails acts on: 1 and 5 at full size, 2 "
                    "and 4 at half, 3 at a quarter."),
       .group = group,
       .choices = {{"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5", "5"}},
       .live = true,
       .visibleIf = {{"world.kind", kPictures}}});
  list.push_back(
      {.id = "prompt.concept",
       .title = LS_TR("Concept"),
       .type = Choice,
       .fallback = "weakest",
       .doc = LS_TR("The concept that the overprompt of the thumbnails says louder and their latent step moves along. "
                    "Capability always takes the one with the weakest signal."),
       .group = group,
       .choices = conceptChoices(),
       .live = true,
       .visibleIf = {{"world.kind", kTrained}}});
  list.push_back(
      {.id = "guidance.nullProbability",
       .title = LS_TR("Null probability"),
       .type = Real,
       .fallback = 0.0,
       .doc = LS_TR("How often a training prompt is replaced by the null prompt (all -1); needed for guidance."),
       .group = group,
       .minimum = 0,
       .maximum = 0.5,
       .visibleIf = {{"world.kind", kTrained}}});
  list.push_back(
      {.id = "guidance.weight",
       .title = LS_TR("Guidance w"),
       .type = Real,
       .fallback = 1.0,
       .doc = LS_TR("eps = eps_null + w (eps_c - eps_null) when sampling; 1 is off. Needs a null probability."),
       .group = group,
       .minimum = 0,
       .maximum = 7,
       .live = true,
       .visibleIf = {{"world.kind", kTrained}}});
}

void addTraining(std::vector<Parameter>& list) {
  const char* group = LS_TR("Training");
  const auto real = [&](const char* id, const char* title, double fallback, double low, double high, const char* doc,
                        bool live = true, bool logarithmic = false) {
    list.push_back({.id = id,
                    .title = title,
                    .type = Real,
                    .fallback = fallback,
                    .doc = doc,
                    .group = group,
                    .minimum = low,
                    .maximum = high,
                    .logarithmic = logarithmic,
                    .live = live,
                    .visibleIf = {{"world.kind", kTrained}}});
  };
  list.push_back(
      {.id = "objective",
       .title = LS_TR("Objective"),
       .type = Choice,
       .fallback = "noise",
       .doc = LS_TR("Diffusion predicts the noise. The deterministic regressor draws in one pass from z = 0: "
                    "no noise, no variety, the same prompts."),
       .group = group,
       .choices = {{"noise", LS_TR("Noise (diffusion)")}, {"image", LS_TR("Image (regressor)")}},
       .visibleIf = {{"world.kind", kPictures}}});
  real("learningRate", LS_TR("Learning rate"), 2e-3, 1e-5, 1e-2, LS_TR("Of AdamW (.9, .999)."), true, true);
  real("weightDecay", LS_TR("Weight decay"), 0.01, 0, 0.2, LS_TR("Decoupled, of AdamW."));
  real("clip", LS_TR("Gradient clip"), 1, 0.01, 10,
       LS_TR("Largest norm of the gradient. Paper: 0.01, which with Adam is nearly normalised gradient descent."), true,
       true);
  real("emaDecay", LS_TR("Weight averaging"), 0.99, 0, 0.999,
       LS_TR("Decay of the running mean of the weights that samples are drawn with; 0 draws with the raw weights and "
             "shows their jitter."));
  real("initScale", LS_TR("Start scale"), 1, 0.01, 4, LS_TR("Multiplies the uniform start of all weights."), false,
       true);
  list.push_back({.id = "batch",
                  .title = LS_TR("Batch"),
                  .type = Int,
                  .fallback = 32,
                  .doc = LS_TR("Samples a step: class uniform, then sample uniform; at least 2 for antithetic times."),
                  .group = group,
                  .minimum = 2,
                  .maximum = 128,
                  .live = true,
                  .visibleIf = {{"world.kind", kTrained}}});
  list.push_back({.id = "vector.hidden",
                  .title = LS_TR("Hidden units"),
                  .type = Int,
                  .fallback = 256,
                  .doc = LS_TR("Of the vector world's one-layer network. Paper: 1024."),
                  .group = group,
                  .minimum = 16,
                  .maximum = 1024,
                  .visibleIf = {{"world.kind", "vectors"}}});
  list.push_back(
      {.id = "steps",
       .title = LS_TR("Planned steps"),
       .type = Int,
       .fallback = 3000,
       .doc = LS_TR("How long the run is meant to be: its default length and the height of the cube. A step of "
                    "the swing-by model is 0.001 of its time."),
       .group = group,
       .minimum = 100,
       .maximum = 60000});
}

void addEvaluation(std::vector<Parameter>& list) {
  const char* group = LS_TR("Evaluation");
  const auto count = [&](const char* id, const char* title, int fallback, int low, int high, const char* doc) {
    list.push_back({.id = id,
                    .title = title,
                    .type = Int,
                    .fallback = fallback,
                    .doc = doc,
                    .group = group,
                    .minimum = static_cast<double>(low),
                    .maximum = static_cast<double>(high),
                    .live = true,
                    .visibleIf = {{"world.kind", kTrained}}});
  };
  count("evaluation.every", LS_TR("Evaluate every"), 150, 20, 1000,
        LS_TR("Steps between evaluations after step 300; before it at 20, 50, 100, 150, 200, 250, 300."));
  count("evaluation.images", LS_TR("Samples per prompt"), 16, 4, 64,
        LS_TR("All prompts and evaluations share the same initial noise. Paper: 32, fresh noise."));
  count("evaluation.samplerSteps", LS_TR("Sampler steps"), 12, 4, 50, LS_TR("Of deterministic DDIM. Paper: 50."));
}

}  // namespace

std::vector<learnscope::Choice> conceptChoices() {
  return {{"weakest", LS_TR("Weakest signal")},
          {"1", LS_TR("First (colour)")},
          {"2", LS_TR("Second (size)")},
          {"3", LS_TR("Third (ground)")}};
}

std::vector<Parameter> parameters(int concepts) {
  std::vector<Parameter> list;
  addWorld(list, concepts);
  addPrompts(list);
  addTraining(list);
  addEvaluation(list);
  return list;
}

std::vector<InterventionDescription> interventions() {
  const Parameter which{.id = "class",
                        .title = LS_TR("Class"),
                        .type = Text,
                        .fallback = "11",
                        .doc = LS_TR("Digits of the class: 11 is blue small.")};
  InterventionDescription chance = redrawIntervention();
  chance.visibleIf = {{"world.kind", kTrained}};
  return {
      {"show-examples",
       LS_TR("Show it examples"),
       LS_TR("Trains on the first samples of a class from now on: five of the held-out one and watch the turn."),
       {which,
        {.id = "count",
         .title = LS_TR("Samples"),
         .type = Int,
         .fallback = 5,
         .doc = LS_TR("How many samples of the class are trained on."),
         .minimum = 1,
         .maximum = 1024}},
       {{"world.kind", kTrained}}},
      {"hide-examples",
       LS_TR("Hide a class"),
       LS_TR("Takes a class out of the training data."),
       {which},
       {{"world.kind", kTrained}}},
      chance,
  };
}

}  // namespace learnscope::concept_space
