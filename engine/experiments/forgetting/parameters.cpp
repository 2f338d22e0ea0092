// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/parameter_group.h"
#include "engine/experiments/forgetting/description.h"
#include "engine/experiments/forgetting/setting.h"

namespace learnscope::forgetting {
namespace {

using enum ParameterType;

Json whenMethod(std::vector<std::string> ids) { return {{"method", std::move(ids)}}; }
Json whenStream(std::vector<std::string> ids) { return {{"stream", std::move(ids)}}; }

void addStream(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Tasks"));
  group.add(
      {.id = "stream",
       .title = LS_TR("Stream"),
       .type = Choice,
       .fallback = "rotated",
       .doc = LS_TR("How the tasks differ: turned images, permuted pixels, other classes (fixed or random groups), a "
                    "slow turn without boundaries, other Gaussian clouds, or turned or shifted toys in the plane."),
       .choices = {{"rotated", LS_TR("Rotated images")},
                   {"permuted", LS_TR("Permuted pixels")},
                   {"split", LS_TR("Split classes")},
                   {"subsets", LS_TR("Random class subsets")},
                   {"drift", LS_TR("Drift: images that keep turning")},
                   {"gaussians", LS_TR("Gaussian clouds")},
                   {"moons", LS_TR("Two moons")},
                   {"spirals", LS_TR("Two spirals")},
                   {"xor", LS_TR("XOR")}}});
  group.add({.id = "scenario",
             .title = LS_TR("Scenario"),
             .type = Choice,
             .fallback = "domain",
             .doc = LS_TR("Among which classes a sample is judged, in training and evaluation (van de Ven 2022): the "
                          "same for all tasks, all that exist, or those of its task. \"Task view\" shows the last "
                          "beside the others."),
             .choices = {{"domain", LS_TR("Domain-incremental")},
                         {"class", LS_TR("Class-incremental")},
                         {"task", LS_TR("Task-incremental")}}});
  group.add({.id = "heads",
             .title = LS_TR("Heads"),
             .type = Choice,
             .fallback = "shared",
             .doc = LS_TR("One output layer in which the classes of other tasks are masked, or outputs of its own for "
                          "each task. Where tasks have no class in common both are the same."),
             .choices = {{"shared", LS_TR("One, masked")}, {"separate", LS_TR("One a task")}}},
            {{"scenario", {"task"}}});
  group.add({.id = "angles",
             .title = LS_TR("Angles"),
             .type = List,
             .fallback = {0, 80, 160},
             .doc = LS_TR("One task a number: how far its images are turned, counter-clockwise. Beyond 150 a 6 looks "
                          "like a 9, so part of the loss is genuine conflict unless both are left out."),
             .unit = "°",
             .minimum = -360,
             .maximum = 360},
            whenStream({"rotated"}));
  group.add(fixedWhole("tasks", LS_TR("Tasks"), 5, 1, mostSubsets,
                       LS_TR("How many tasks there are; at most 20, of random class subsets 252.")),
            whenStream({"permuted", "subsets", "gaussians", "moons", "spirals", "xor"}));
  group.add(
      fixedWhole("subsetClasses", LS_TR("Classes a task"), 2, 1, 9,
                 LS_TR("Drawn at random from the ten, no set twice; the same for every seed (SCoLe, Lesort 2023).")),
      whenStream({"subsets"}));
  group.add({.id = "leaveOut",
             .title = LS_TR("Classes left out"),
             .type = Text,
             .fallback = "",
             .doc = LS_TR("Digits that no task has. With 69 a stream turned beyond 150° has no digit that looks like "
                          "another, so all its loss is forgetting.")},
            whenStream({"rotated", "permuted", "subsets", "drift"}));
  group.add({.id = "toyChange",
             .title = LS_TR("Tasks are"),
             .type = Choice,
             .fallback = "turned",
             .doc = LS_TR("Turned by 180°/tasks each, or shifted around a circle of radius 0.5."),
             .choices = {{"turned", LS_TR("Turned")}, {"shifted", LS_TR("Shifted")}}},
            whenStream({"moons", "spirals", "xor"}));
  group.add({.id = "groups",
             .title = LS_TR("Class groups"),
             .type = Text,
             .fallback = "01 23 45 67 89",
             .doc = LS_TR("The classes of each task, tasks parted by blanks; no class twice.")},
            whenStream({"split"}));
  group.add({.id = "schedule",
             .title = LS_TR("Order"),
             .type = List,
             .fallback = Json::array(),
             .doc = LS_TR("Task numbers in the order they come, repetitions allowed (1 2 3 1 2 3); empty: each once."),
             .minimum = 1,
             .maximum = mostSubsets});
  group.add(fixedWhole(
      "visits", LS_TR("Random visits"), 0, 0, 5000,
      LS_TR("So many stretches, each of a task drawn by the seed, so that tasks recur; 0: the order above.")));
  group.add(
      fixedWhole("iterations", LS_TR("Iterations a task"), 300, 1, 100000, LS_TR("Updates before the next task.")));
  group.add(fixedWhole("data.train", LS_TR("Training samples"), 1500, 10, 60000,
                       LS_TR("Of each task, as equal a share of its classes as possible.")));
  group.add(fixedWhole("side", LS_TR("Pixels a side"), 16, 8, 32, LS_TR("Of the built-in glyph digits.")));
  group
      .add(liveReal("difficulty", LS_TR("Difficulty"), 1, 0, 3,
                    LS_TR("How far tilt, scale, shear and shift of the glyph digits vary.")))
      .live = false;
  group.add(
      {.id = "data.images",
       .title = LS_TR("Image file"),
       .type = File,
       .fallback = "",
       .doc = LS_TR(
           "Your square images as an IDX file, plain or .gz (MNIST, Fashion-MNIST); empty: built-in glyph digits.")});
  group.add({.id = "data.labels",
             .title = LS_TR("Label file"),
             .type = File,
             .fallback = "",
             .doc = LS_TR("Their labels 0 to 9 as an IDX file, plain or .gz.")});
  group.add({.id = "data.cifar",
             .title = LS_TR("CIFAR-10 folder"),
             .type = Folder,
             .fallback = "",
             .doc = LS_TR("A folder with the .bin files of CIFAR-10's binary version.")});
}

void addMethod(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Against forgetting"));
  group.add({.id = "method",
             .title = LS_TR("Method"),
             .type = Choice,
             .fallback = "naive",
             .doc = LS_TR("What is done so that old tasks are not lost. May be switched at any update: the memory is "
                          "handed over, importances and anchors start with the next task's end."),
             .choices = methodChoices(),
             .live = true});
  group.add(liveReal("newWeight", LS_TR("Weight of the new batch"), 0.5, 0, 1,
                     LS_TR("L_w in L_w CE(new) + (1 - L_w) CE(memory).")),
            whenMethod({"er", "er-agem"}));
  Parameter memory =
      fixedWhole("memory", LS_TR("Memory"), 500, 0, 100000,
                 LS_TR("Stored samples. It is filled whatever the method, so that replay can be switched on "
                       "at any time; a smaller one drops samples at random."));
  memory.unit = LS_TR("samples");
  memory.live = true;
  group.add(std::move(memory));
  group.add({.id = "memory.policy",
             .title = LS_TR("Memory filled"),
             .type = Choice,
             .fallback = "auto",
             .doc = LS_TR("At each task's end with an equal share of all tasks, or sample by sample by reservoir or "
                          "balanced by class. Usual: by reservoir for DER and DER++, else at the end."),
             .choices = {{"auto", LS_TR("As usual for the method")},
                         {"refill", LS_TR("At each task's end")},
                         {"reservoir", LS_TR("Reservoir")},
                         {"balanced", LS_TR("Balanced by class")}}});
  group.add(liveReal("der.a", LS_TR("Weight of stored logits"), 0.5, 0, 10, LS_TR("a in a MSE(f(x), z).")),
            whenMethod({"der", "derpp"}));
  group.add(liveReal("der.b", LS_TR("Weight of stored labels"), 0.5, 0, 10, LS_TR("b in b CE(f(x'), y').")),
            whenMethod({"derpp"}));
  Parameter reference = fixedWhole("agem.samples", LS_TR("Reference samples"), 256, 1, continual::mostBatch,
                                   LS_TR("Of the memory, for the gradient that is projected on."));
  reference.live = true;
  group.add(std::move(reference), whenMethod({"agem"}));
  group.add(
      liveReal("gem.margin", LS_TR("Margin γ"), 0, 0, 10,
               LS_TR("Least multiplier v of each past task's gradient; the official code uses 0.5, which pushes even "
                     "without conflict.")),
      whenMethod({"gem"}));
  const Json ewc = whenMethod({"ewc", "ewc-online", "ewc-mean"});
  group.add(liveReal("ewc.lambda", LS_TR("Strength λ"), 100, 0, 1e6, LS_TR("Penalty λ/2 sum F (θ - θ*)².")), ewc);
  group.add(liveReal("ewc.gamma", LS_TR("Decay γ"), 1, 0, 1, LS_TR("F becomes γ F + F of the task.")),
            whenMethod({"ewc-online"}));
  Parameter fisher{.id = "ewc.fisher",
                   .title = LS_TR("Fisher"),
                   .type = Choice,
                   .fallback = "empirical",
                   .doc = LS_TR("Three published codes compute three numbers: the squared gradient of each sample's "
                                "log-likelihood (of its label, or of a label drawn from the model), the square of the "
                                "batch's mean gradient, or each sample's square weighted by p(y|x)."),
                   .choices = {{"empirical", LS_TR("Per sample, its label")},
                               {"sampled", LS_TR("Per sample, drawn label")},
                               {"batch", LS_TR("Square of the mean gradient")},
                               {"weighted", LS_TR("Weighted by p(y|x)")}},
                   .live = true};
  group.add(std::move(fisher), ewc);
  Parameter importance = fixedWhole("importanceSamples", LS_TR("Importance samples"), 300, 1, 60000,
                                    LS_TR("Training samples that importances are estimated from."));
  importance.live = true;
  group.add(std::move(importance), whenMethod({"ewc", "ewc-online", "ewc-mean", "mas"}));
  group.add(liveReal("si.c", LS_TR("Strength c"), 1, 0, 1e6, LS_TR("Penalty c/2 sum Ω (θ - θ*)².")),
            whenMethod({"si"}));
  group.add(liveReal("si.xi", LS_TR("Damping ξ"), 0.01, 1e-6, 10, LS_TR("In ω / ((θ - θ*)² + ξ).")),
            whenMethod({"si"}));
  group.add(liveReal("mas.lambda", LS_TR("Strength λ"), 1, 0, 1e6, LS_TR("Penalty λ/2 sum Ω (θ - θ*)².")),
            whenMethod({"mas"}));
  group.add(liveReal("l2.lambda", LS_TR("Strength λ"), 0.1, 0, 1e6, LS_TR("Penalty λ/2 sum (θ - θ*)².")),
            whenMethod({"l2"}));
  group.add({.id = "explicit",
             .title = LS_TR("Explicit penalty"),
             .type = Bool,
             .fallback = false,
             .doc = LS_TR("Adds the penalty's gradient to the data's instead of a proximal step after it; diverges "
                          "when rate x strength x largest importance exceeds 2."),
             .live = true},
            whenMethod({"ewc", "ewc-online", "ewc-mean", "si", "mas", "l2"}));
  group.add(liveReal("lwf.alpha", LS_TR("Strength α"), 1, 0, 100, LS_TR("In CE + α T² KL(old || new).")),
            whenMethod({"lwf"}));
  group.add(liveReal("lwf.temperature", LS_TR("Temperature T"), 2, 0.1, 20, LS_TR("Softens both predictions.")),
            whenMethod({"lwf"}));
}

void addTraining(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Training"));
  group.add(liveReal("learningRate", LS_TR("Learning rate"), 0.1, 1e-5, 10, LS_TR("Of SGD."))).logarithmic = true;
  group.add(
      liveReal("momentum", LS_TR("Momentum"), 0, 0, 0.99, LS_TR("v becomes momentum v + g; reset at a task's start.")));
  group.add({.id = "keepMomentum",
             .title = LS_TR("Keep momentum"),
             .type = Bool,
             .fallback = false,
             .doc = LS_TR("The optimizer's velocity goes on into the next task."),
             .live = true});
  group
      .add(fixedWhole("batch", LS_TR("Batch"), 64, 1, continual::mostBatch,
                      LS_TR("New samples an update, drawn with replacement; replay adds as many.")))
      .live = true;
  ParameterGroup network(list, LS_TR("Network"));
  network.add({.id = "network",
               .title = LS_TR("Network"),
               .type = Choice,
               .fallback = "mlp",
               .doc = LS_TR("A perceptron, or two convolutions (16 and 32 maps, 3x3, each with ReLU and 2x2 maximum "
                            "pooling) before its hidden layers; about twenty times the work."),
               .choices = {{"mlp", LS_TR("Perceptron")}, {"cnn", LS_TR("Convolutions")}}});
  network.add({.id = "batchNorm",
               .title = LS_TR("Batch normalisation"),
               .type = Bool,
               .fallback = false,
               .doc = LS_TR("Between each layer but the last and its ReLU (Ioffe & Szegedy 2015). Evaluation goes by "
                            "running statistics, which drift to the newest task without any gradient.")});
  network.add(fixedWhole("width", LS_TR("Width"), 128, 4, 1024, LS_TR("Of each hidden layer (ReLU).")));
  network.add(fixedWhole("depth", LS_TR("Hidden layers"), 2, 1, 6, LS_TR("Between inputs and outputs.")));
}

void addEvaluation(std::vector<Parameter>& list) {
  ParameterGroup group(list, LS_TR("Evaluation"));
  group
      .add(fixedWhole(
          "eval.every", LS_TR("Evaluate every"), 1, 1, 10000,
          LS_TR("ρ: updates between evaluations. At 1 nothing is missed; published tables use a whole task.")))
      .live = true;
  list.back().unit = LS_TR("updates");
  group.add(fixedWhole("eval.samples", LS_TR("Evaluation samples"), 500, 50, 10000,
                       LS_TR("Of each task, fixed by the seed.")));
  group.add({.id = "eval.redraw",
             .title = LS_TR("Redraw the samples"),
             .type = Bool,
             .fallback = false,
             .doc = LS_TR("Every evaluation takes a random subset with replacement, as one published evaluator does: "
                          "minima and windowed forgetting get worse although nothing was forgotten."),
             .live = true});
  group.add(
      {.id = "landscape",
       .title = LS_TR("Loss landscape"),
       .type = Bool,
       .fallback = true,
       .doc = LS_TR("At each task's start, trains ahead to find where this task and joint training would end, and "
                    "computes the losses on the plane through them. Costs about half a second a task; left out where "
                    "weights x batch x "
                    "updates a task exceed 5·10⁹.")});
}

}  // namespace

std::vector<Parameter> parameters() {
  std::vector<Parameter> list;
  addStream(list);
  addMethod(list);
  addTraining(list);
  addEvaluation(list);
  return list;
}

}  // namespace learnscope::forgetting
