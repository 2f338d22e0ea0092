// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/description.h"

#include "engine/core/measure_list.h"
#include "engine/core/redraw.h"
#include "engine/experiments/forgetting/setting.h"

namespace learnscope::forgetting {
namespace {

using enum ParameterType;

void addTasks(MeasureList& list) {
  list.heading(LS_TR("Each task"), "evaluation");
  list.array("accuracy", LS_TR("Accuracy"),
             LS_TR("Share of right answers on each task's evaluation samples, under the scenario; empty until it is "
                   "seen."),
             {"tasks"});
  list.array("accuracyWidth", LS_TR("Half-width of the accuracy's interval"),
             LS_TR("Of 95 %, for n evaluation samples: 1.96 sqrt(p (1 - p) / n)."), {"tasks"});
  list.array("taskAccuracy", LS_TR("Accuracy, task view"),
             LS_TR("The same weights judged among the classes of the task alone."), {"tasks"});
  list.array("taskLoss", LS_TR("Loss"), LS_TR("Mean cross entropy on the evaluation samples (nats)."), {"tasks"});
  list.array("tableAccuracy", LS_TR("Accuracy at task ends"),
             LS_TR("Recorded at the ends of tasks alone: what a table would show."), {"tasks"});
  list.array("retention", LS_TR("Retention"),
             LS_TR("(A - chance) / (A when the task ended - chance), while other tasks are trained."), {"tasks"});
  list.array("minimum", LS_TR("Lowest accuracy since"), LS_TR("Minimum since the end of the task's first stretch."),
             {"tasks"});
}

void addSummary(MeasureList& list) {
  list.heading(LS_TR("Continual evaluation"), "evaluation");
  list.scalar("averageAccuracy", LS_TR("ACC"), LS_TR("Mean accuracy of the tasks seen."));
  list.scalar("forgetting", LS_TR("Forgetting"),
              LS_TR("Mean over earlier tasks of accuracy when it ended minus accuracy now."));
  list.scalar("minAccuracy", LS_TR("min-ACC"),
              LS_TR("Mean over earlier tasks of the lowest accuracy since they ended (De Lange 2023)."));
  list.scalar("worstCase", LS_TR("WC-ACC"), LS_TR("A(current)/k + (1 - 1/k) min-ACC."));
  list.scalar("wf10", LS_TR("WF10"),
              LS_TR("Mean over tasks of the largest drop within 10 evaluations, which span 10 x \"evaluate every\" "
                    "updates."));
  list.scalar("wf100", LS_TR("WF100"), LS_TR("The same within 100 evaluations."));
  list.scalar("wp10", LS_TR("WP10"), LS_TR("Mean over tasks of the largest rise within 10 evaluations."));
  list.scalar("wp100", LS_TR("WP100"), LS_TR("The same within 100 evaluations."));
  list.scalar("anytime", LS_TR("AAA"), LS_TR("Mean over evaluations of ACC."));
  list.scalar("curveArea", LS_TR("LCA10"), LS_TR("Mean accuracy of a new task over its first 10 evaluations."));
  list.scalar("backward", LS_TR("BWT"), LS_TR("Mean of accuracy at the last task's end minus at the own end."));
  list.scalar("forward", LS_TR("FWT"),
              LS_TR("Mean accuracy of a task before its first update minus that of the initial weights."));
  list.scalar("chaudhry", LS_TR("Forgetting, from the table"),
              LS_TR("Mean over earlier tasks of the best accuracy at a task's end minus that at the last one."));
  list.scalar("gapDepth", LS_TR("Gap depth"),
              LS_TR("Mean over earlier tasks and later stretches of accuracy before minus lowest accuracy in it."));
  list.scalar("gapRecovery", LS_TR("Gap recovery"), LS_TR("The same of accuracy at the stretch's end minus lowest."));
  list.scalar("drift", LS_TR("Feature drift"),
              LS_TR("Mean over shown evaluation samples of the squared change of the last hidden layer since the last "
                    "evaluation."));
}

void addTraining(MeasureList& list) {
  list.heading(LS_TR("Training"), "evaluation");
  list.scalar("task", LS_TR("Task in training"), LS_TR("Its number, from 1."));
  list.scalar("loss", LS_TR("Loss of the new batch"), LS_TR("Cross entropy of the last update's new samples."),
              LS_TR("nats"));
  list.scalar("stabilityLoss", LS_TR("Loss of what holds"),
              LS_TR("Of the memory, the penalty or the distillation at the last update."));
  list.scalar("plasticity", LS_TR("‖g‖ of the new batch"), LS_TR("Norm of the gradient that learns the new task."));
  list.scalar("stability", LS_TR("‖g‖ of what holds"),
              LS_TR("Norm of the gradient of memory, penalty or distillation, as mixed in."));
  list.scalar("gradientCosine", LS_TR("Cosine of the two gradients"), LS_TR("Below 0 they conflict."));
  list.scalar("weightDistance", LS_TR("Weight distance"),
              LS_TR("‖θ - θ*‖ / ‖θ*‖, θ* the weights at the last task's end."));
  list.scalar("memory.used", LS_TR("Memory used"), LS_TR("Samples stored."), LS_TR("samples"));
  list.scalar("memory.bytes", LS_TR("Bytes kept"), LS_TR("Memory, importances, anchors and old nets."), "B");
  list.scalar("samples", LS_TR("Samples learned from"), LS_TR("Back-propagated so far, in thousands."), LS_TR("10³"));
  list.heading(LS_TR("Training"), "pictures");
  list.array("memoryContent", LS_TR("Memory by task and class"), LS_TR("Samples stored."), {"tasks", "classes"});
}

void addShapes(MeasureList& list) {
  list.heading(LS_TR("Shapes"), "evaluation");
  list.array("endTable", LS_TR("Table of task ends"),
             LS_TR("Row: end of a stretch; column: task; accuracy, 0 where not seen."), {"stretches", "tasks"});
  list.heading(LS_TR("Shapes"), "pictures");
  list.array("terrain", LS_TR("Terrain"),
             LS_TR("Accuracy of each task over the run so far, resampled to 120 columns; each task four rows wide, of "
                   "more than 32 "
                   "tasks one."),
             {"rows", "120"});
  list.heading(LS_TR("Shapes"), "evaluation");
  list.array("pathAccuracy", LS_TR("Accuracy along the straight line"),
             LS_TR("Of each task at θ(end before) + α (θ(end now) - θ(end before)), α = 0, 0.1, ..., 1 (Mirzadeh "
                   "2021)."),
             {"tasks", "11"});
  list.array("pathLoss", LS_TR("Loss along the straight line"), LS_TR("The same of the loss (nats)."), {"tasks", "11"});
  list.array("barrier", LS_TR("Barrier"), LS_TR("max over α of L(α) - ((1 - α) L(0) + α L(1))."), {"tasks"});
  list.heading(LS_TR("Shapes"), "pictures");
  list.array("features", LS_TR("Features"),
             LS_TR("Last hidden layer of 40 evaluation samples of each seen task (fewer of more than 20) on three "
                   "principal components of all "
                   "at the last task's end."),
             {"samples", "3"});
  list.array("featureTrail", LS_TR("Trails of the features"),
             LS_TR("Where each was at every second of the last 50 evaluations since the components were found, oldest "
                   "first, and now."),
             {"samples", "points", "3"});
  list.array("featureClass", LS_TR("Class of a feature"), LS_TR("Its label."), {"samples"});
  list.array("featureTask", LS_TR("Task of a feature"), LS_TR("Its number."), {"samples"});
  list.array("memoryFeatures", LS_TR("Features of the memory"),
             LS_TR("The same of up to 40 stored samples, spread evenly over the memory."), {"items", "3"});
  list.array("memoryClass", LS_TR("Class of a stored sample"), LS_TR("Its label."), {"items"});
  list.array("weightPath", LS_TR("Way of the weights"),
             LS_TR("At most 128 weight vectors of this run on three principal components of all of them, computed from "
                   "a random sketch of 2048 numbers each; renewed as the way grows; its reach is 1."),
             {"points", "3"});
  list.array("weightTask", LS_TR("Task of a point"), LS_TR("In training then."), {"points"});
  list.array("weightNow", LS_TR("Weights now"), LS_TR("On the same components."), {"1", "3"});
  list.array("pullFeet", LS_TR("Feet of the pulls"), LS_TR("The weights now, twice."), {"2", "3"});
  list.array(
      "pulls", LS_TR("Pulls"),
      LS_TR("Down the gradient of the new batch and down that of what holds: their directions as these components "
            "see them, their lengths as their norms, the longer 0.5."),
      {"2", "3"});
  list.scalar("weightExplained", LS_TR("Explained by the way's axes"),
              LS_TR("Share of the way's variance that lies along the three components."));
  list.scalar("weightFirst", LS_TR("Explained by the first axis"), LS_TR("Its part of that."));
  list.scalar("weightSecond", LS_TR("Explained by the second axis"), LS_TR("Its part of that."));
  list.scalar("weightThird", LS_TR("Explained by the third axis"), LS_TR("Its part of that."));
  list.array("decision", LS_TR("Decision regions"),
             LS_TR("Predicted class on [-1.6, 1.6]², row 0 at the bottom; of the toys in the plane alone."),
             {"48", "48"});
  list.heading(LS_TR("Shapes"), "evaluation");
  list.array("oldSheet", LS_TR("Loss sheet of what is known"),
             LS_TR("log10 loss on the plane through the start, the coming end of this task and the end of joint "
                   "training: mean of the earlier tasks (in the first task: of it)."),
             {"21", "21"});
  list.array("newSheet", LS_TR("Loss sheet of what is new"),
             LS_TR("The same of the task in training (in the first task: of the next)."), {"21", "21"});
  list.array("anchors", LS_TR("Anchors of the plane"),
             LS_TR("Start, coming end, end of joint training: place on the plane and height on the old sheet."),
             {"3", "3"});
  list.array("roadLine", LS_TR("Straight line"),
             LS_TR("From the start to the coming end of this task: place, and height on the old sheet."), {"11", "3"});
  list.array("ball", LS_TR("Ball"), LS_TR("The weights now: place on the plane, and height by their own loss."),
             {"1", "3"});
  list.array("ballPath", LS_TR("Path of the ball"),
             LS_TR("Where it has been since the plane was laid, and its distance from it."), {"points", "4"});
  list.array("ballAccuracy", LS_TR("Accuracy along the path"), LS_TR("Mean of the old sheet's tasks."), {"points"});
  list.scalar("offPlane", LS_TR("Distance from the plane"),
              LS_TR("Of the weights, as a share of the distance from the start to the coming end."));
}

Parameter argument(const char* id, const char* title, int fallback, double low, double high, const char* doc) {
  return {.id = id, .title = title, .type = Int, .fallback = fallback, .doc = doc, .minimum = low, .maximum = high};
}

}  // namespace

std::vector<Measure> measures(const std::vector<std::string>& tasks) {
  MeasureList list;
  list.name("tasks", tasks);
  addTasks(list);
  addSummary(list);
  addTraining(list);
  addShapes(list);
  return list.take();
}

std::vector<AnalysisDescription> analyses() {
  const Parameter task = argument("task", LS_TR("Task"), 1, 1, mostSubsets, LS_TR("Its number, from 1."));
  Parameter file{.id = "file",
                 .title = LS_TR("Retention file"),
                 .type = File,
                 .fallback = "",
                 .doc = LS_TR("Comma-separated rows \"time, retention[, weight]\" to be fitted instead of the run.")};
  Parameter bottom{
      .id = "afterBottom",
      .title = LS_TR("After the bottom"),
      .type = Bool,
      .fallback = true,
      .doc = LS_TR("Fits only what follows the gap's lowest point: no falling curve fits the climb back.")};
  return {
      {.id = "forgetting-curve",
       .title = LS_TR("Forgetting curve"),
       .doc =
           LS_TR("Retention of one task against updates since it ended, with five curves fitted by least squares and "
                 "Ebbinghaus's own (t in minutes on the same axis)."),
       .arguments = {task, bottom, file},
       .results =
           {analysisResult("time", LS_TR("log10 τ"), LS_TR("Of the data."), {"points"}),
            analysisResult("retention", LS_TR("Retention"), LS_TR("The data."), {"points"}),
            analysisResult("curveTime", LS_TR("log10 τ of the curves"), LS_TR("Evenly spaced."), {"100"}),
            analysisResult("curves", LS_TR("Fitted curves"),
                           LS_TR("Exponential, exponential with floor, power, logarithm, Ebbinghaus."), {"5", "100"}),
            analysisResult("human", LS_TR("Human savings"), LS_TR("Ebbinghaus's formula, τ in minutes."), {"100"}),
            analysisResult("humanTime", LS_TR("log10 of Ebbinghaus's delays"), LS_TR("Minutes."), {"7"}),
            analysisResult("humanData", LS_TR("Ebbinghaus's savings"), LS_TR("His seven points."), {"7"}),
            analysisResult("quality", LS_TR("Quality of the fits"), LS_TR("R², RMSE, AIC, half-life."), {"5", "4"})}},
      {.id = "savings",
       .title = LS_TR("Savings test"),
       .doc =
           LS_TR("Trains a copy on one task until its accuracy reaches the criterion, and fresh weights too: savings = "
                 "(L - R) / L, L updates from scratch, R to relearn (Ebbinghaus 1885)."),
       .arguments = {task,
                     {.id = "criterion",
                      .title = LS_TR("Criterion"),
                      .type = Real,
                      .fallback = 0.9,
                      .doc = LS_TR("Accuracy to reach."),
                      .minimum = 0.05,
                      .maximum = 1},
                     argument("most", LS_TR("At most"), 2000, 10, 100000, LS_TR("Updates; then NaN."))},
       .results = {analysisResult("savings", LS_TR("Savings"), LS_TR("(L - R) / L."), {"1"}),
                   analysisResult("scratch", LS_TR("L"), LS_TR("Updates from scratch."), {"1"}),
                   analysisResult("relearn", LS_TR("R"), LS_TR("Updates to relearn."), {"1"})}},
      {.id = "probe",
       .title = LS_TR("Probe the features"),
       .doc = LS_TR("Refits the last layer alone on one task: what is still decodable although the answers are wrong."),
       .arguments = {task, argument("updates", LS_TR("Updates"), 200, 1, 10000, LS_TR("Of the last layer."))},
       .results = {analysisResult("before", LS_TR("Accuracy now"), LS_TR("As it is."), {"1"}),
                   analysisResult("after", LS_TR("Accuracy of the probe"), LS_TR("With the refitted layer."), {"1"})}},
      {.id = "probe-all",
       .title = LS_TR("Probe all tasks"),
       .doc = LS_TR("The same for every task seen: bars of what is answered and what could be read out."),
       .arguments = {argument("updates", LS_TR("Updates"), 200, 1, 10000, LS_TR("Of the last layer."))},
       .results = {analysisResult("before", LS_TR("Accuracy now"), LS_TR("As it is; NaN where not seen."), {"tasks"}),
                   analysisResult("after", LS_TR("Accuracy of the probe"), LS_TR("With the refitted layer."),
                                  {"tasks"})}},
      {.id = "memory-pictures",
       .title = LS_TR("Pictures in memory"),
       .doc = LS_TR("Stored images, a row a class, spread evenly over the memory; blank where there are fewer."),
       .arguments = {argument("columns", LS_TR("Columns"), 8, 1, 40, LS_TR("Pictures a class."))},
       .results = {analysisResult("pictures", LS_TR("Pictures"), LS_TR("Ink 0..1, or red, green, blue."),
                                  {"classes x columns", "side", "side"})}},
      {.id = "aligned-gaps",
       .title = LS_TR("Gaps, aligned"),
       .doc = LS_TR("Accuracy of earlier tasks around each change of task, all changes laid over each other: mean over "
                    "changes, by task (the first six), then over all."),
       .results = {analysisResult("since", LS_TR("Updates since the change"),
                                  LS_TR("sign(n) log10(1 + |n|), n = -50..300: 0 is the last update before."), {"351"}),
                   analysisResult("accuracy", LS_TR("Accuracy"), LS_TR("NaN where none is known."), {"7", "351"})}},
      {.id = "gaps",
       .title = LS_TR("Gaps"),
       .doc = LS_TR("Each earlier task during each later stretch that has ended (De Lange 2023)."),
       .results = {analysisResult("task", LS_TR("Task"), LS_TR("The earlier one, from 1."), {"gaps"}),
                   analysisResult("stretch", LS_TR("Stretch"), LS_TR("The later one, from 1."), {"gaps"}),
                   analysisResult("depth", LS_TR("Depth"), LS_TR("Accuracy before minus lowest."), {"gaps"}),
                   analysisResult("recovery", LS_TR("Recovery"), LS_TR("Accuracy at the end minus lowest."), {"gaps"}),
                   analysisResult("recovery90", LS_TR("rec90"),
                                  LS_TR("Updates from the lowest to 90 % of the recovery."), {"gaps"}),
                   analysisResult("area", LS_TR("Area"), LS_TR("Sum over updates of max(0, end - accuracy)."),
                                  {"gaps"}),
                   analysisResult("medianRecovery90", LS_TR("Median of rec90"), LS_TR("Its mean is skewed."), {})}},
      {.id = "intransigence",
       .title = LS_TR("Intransigence"),
       .doc = LS_TR("What the method keeps the network from learning: accuracy on a stretch's task at its end, of a "
                    "network trained jointly on all tasks so far minus this one's (Chaudhry 2018)."),
       .results = {analysisResult("reference", LS_TR("Joint training"), LS_TR("Accuracy of the reference."),
                                  {"stretches"}),
                   analysisResult("reached", LS_TR("Reached"), LS_TR("Accuracy of the run."), {"stretches"}),
                   analysisResult("intransigence", LS_TR("Intransigence"), LS_TR("Their difference."), {"stretches"}),
                   analysisResult("mean", LS_TR("Mean"), LS_TR("Over the stretches."), {})}},
      {.id = "confusion",
       .title = LS_TR("Confusion"),
       .doc = LS_TR("Row: class, column: answer, share of the class's evaluation samples."),
       .arguments = {task},
       .results = {analysisResult("confusion", LS_TR("Confusion"), LS_TR("Shares."), {"classes", "classes"})}}};
}

std::vector<InterventionDescription> interventions() {
  const Parameter steps = argument("steps", LS_TR("Updates"), 50, 1, 100000, LS_TR("For so many."));
  const Parameter layer = argument("layer", LS_TR("Layer"), 1, 1, 9, LS_TR("From the inputs, from 1."));
  return {
      redrawIntervention(),
      {.id = "next-task", .title = LS_TR("Next task now"), .doc = LS_TR("Ends the present task at once.")},
      {.id = "swap-tasks", .title = LS_TR("Swap the next two tasks"), .doc = LS_TR("Changes the order to come.")},
      {.id = "revisit",
       .title = LS_TR("Revisit a task"),
       .doc = LS_TR("Trains on an earlier task now, then goes on."),
       .arguments = {argument("task", LS_TR("Task"), 1, 1, mostSubsets, LS_TR("Its number, from 1.")), steps}},
      {.id = "replay-burst",
       .title = LS_TR("Replay burst"),
       .doc = LS_TR("Mixes samples of earlier tasks half and half into the next updates: of the memory, or of their "
                    "training data where it holds none."),
       .arguments = {steps}},
      {.id = "rehearse-class",
       .title = LS_TR("Rehearse one class"),
       .doc = LS_TR("The same with samples of one class of the earlier tasks."),
       .arguments = {argument("class", LS_TR("Class"), 0, 0, 99, LS_TR("Its label.")), steps}},
      {.id = "freeze", .title = LS_TR("Freeze a layer"), .doc = LS_TR("It stops learning."), .arguments = {layer}},
      {.id = "thaw", .title = LS_TR("Thaw a layer"), .doc = LS_TR("It learns again."), .arguments = {layer}},
      {.id = "warm-up",
       .title = LS_TR("Warm up the rate"),
       .doc = LS_TR("The learning rate grows from 0 to its value over the next updates."),
       .arguments = {steps}},
      {.id = "reset-optimizer", .title = LS_TR("Reset the optimizer"), .doc = LS_TR("Its velocity becomes 0.")}};
}

}  // namespace learnscope::forgetting
