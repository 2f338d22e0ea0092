// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/measure_list.h"
#include "engine/experiments/concept_space/description.h"

namespace learnscope::concept_space {
namespace {

const char* const kEvaluations = "evaluations";

void addAccuracies(MeasureList& list) {
  list.heading(LS_TR("Accuracy"), kEvaluations);
  list.scalar(
      "trainAccuracy", LS_TR("Training classes"),
      LS_TR("Mean over the training classes of A: mean over images of the product of the probabilities that the probe "
            "gives the asked concepts, 0..1."));
  list.scalar("naive", LS_TR("Naive"), LS_TR("A of the held-out class with its mean prompt, 0..1."));
  list.scalar(
      "overprompt", LS_TR("Overprompt"),
      LS_TR("Largest A of the held-out class over prompts with its weakest concept said k = 1.25, 1.6, 2 times as "
            "loud."));
  list.scalar(
      "latent", LS_TR("Latent step"),
      LS_TR(
          "Largest A over a = 0.7, 1, 1.4 with the prompt that lacks the weakest concept and a (P(with) - P(without)) "
          "added to every block's prompt code."));
  list.scalar("hiddenGap", LS_TR("Hidden gap"),
              LS_TR("max(overprompt, latent) - naive, -1..1: what it can do and does not show."));
  list.scalar("trainOfMeans", LS_TR("Training, product of means"),
              LS_TR("As the official plots: product of the mean probabilities; differs where errors go together."));
  list.scalar("naiveOfMeans", LS_TR("Naive, product of means"), LS_TR("The same for the held-out class."));
  list.array("jointAccuracy", LS_TR("Accuracy of each class"), LS_TR("A of every class."), {"classes"});
  list.array("overpromptMap", LS_TR("Overprompt map"),
             LS_TR("A of the held-out class at k = 0.5, 0.75, 1, 1.25, 1.6, 2, 2.5, 3."), {"8"});
  list.array("latentMap", LS_TR("Latent map"), LS_TR("A of the held-out class at a = 0.4, 0.7, 1, 1.4, 2, 3."), {"6"});
  list.heading(LS_TR("Accuracy"), "start");
  list.array("probeAccuracy", LS_TR("Probe accuracy"),
             LS_TR("Share of fresh pictures of all classes on which the frozen probe reads each concept right; "
                   "the lab refuses to run under 0.95."),
             {"concepts"});
  list.heading(LS_TR("Accuracy"), kEvaluations);
  list.array("geometry", LS_TR("Disc geometry"),
             LS_TR("Read off the drawings of each class without the probe: radius sqrt(area/pi) of a soft mask "
                   "from the green channel, and blue - red under it; means over the images."),
             {"classes", "2"});
}

void addConcepts(MeasureList& list) {
  list.heading(LS_TR("Concept space"), kEvaluations);
  list.scalar(
      "ood1", LS_TR("Concept 1 of the held-out class"),
      LS_TR("Mean probability of value 1 (blue) on images drawn for the held-out class; f_1 of the swing-by model."));
  list.scalar("ood2", LS_TR("Concept 2 of the held-out class"), LS_TR("The same for the second concept (small)."));
  list.scalar("ood3", LS_TR("Concept 3 of the held-out class"),
              LS_TR("The same for the third concept (dark), if there is one."));
  list.scalar("conceptDistance", LS_TR("Concept distance"),
              LS_TR("Distance of the held-out class's coordinate from its corner, 0..sqrt(concepts)."));
  list.scalar("trainDistance", LS_TR("Training distance²"),
              LS_TR("Mean over training classes and axes of the squared distance to the corner; below 0.01 train has "
                    "converged."));
  list.scalar("speed", LS_TR("Concept speed"),
              LS_TR("Norm of the derivative of the held-out class's path, smoothed by two evaluations, at the newest "
                    "evaluation."),
              "1/step");
  list.array("coordinates", LS_TR("Concept coordinates"),
             LS_TR("Mean probability of value 1 of each concept on images drawn for each class's mean prompt."),
             {"classes", "concepts"});
  list.heading(LS_TR("Cube"), kEvaluations);
  list.array("classPoints", LS_TR("Class points"),
             LS_TR("Coordinates of all classes but the followed one in the scene; the third is the step's share "
                   "of the planned steps, or the third concept. From event denoising on."),
             {"classes", "3"});
  list.array("naivePoint", LS_TR("Naive point"), LS_TR("The followed class, plain prompt."), {"1", "3"});
  list.array("overpromptPoint", LS_TR("Overprompt point"), LS_TR("With the best overprompt."), {"1", "3"});
  list.array("latentPoint", LS_TR("Latent point"), LS_TR("With the best latent step."), {"1", "3"});
  list.array("earlyPoints", LS_TR("Early points"),
             LS_TR("All classes before event denoising, when coordinates mean nothing."), {"classes", "3"});
  list.array("classVelocities", LS_TR("Class velocities"),
             LS_TR("How far the class points move through concept space in 300 steps at their present velocity "
                   "(path smoothed by two evaluations)."),
             {"classes", "3"});
  list.array("naiveVelocity", LS_TR("Naive velocity"), LS_TR("The same for the naive point."), {"1", "3"});
  list.heading(LS_TR("Cube"), "start");
  list.array("swingStreams", LS_TR("Swing-by paths"),
             LS_TR("Paths of the exact swing-by model for this world's concept signals from starts of several "
                   "scales, on the floor (arXiv 2410.08309)."),
             {"paths", "points", "3"});
  list.array("heldOutClasses", LS_TR("Held out"), LS_TR("1 for classes held out."), {"classes"});
  list.array("cornerPosts", LS_TR("Corner posts"), LS_TR("x and y of each corner, and how high its post is."),
             {"classes", "3"});
  list.heading(LS_TR("Cube"), kEvaluations);
  list.array("cornerPlaces", LS_TR("Corner places"), LS_TR("Where the corners' pictures stand."), {"classes", "3"});
}

void addLearning(MeasureList& list) {
  list.heading(LS_TR("Learning"), "start");
  list.array("conceptSignal", LS_TR("Concept signal"),
             LS_TR("Mean squared pixel difference between the followed class and the one that differs in this "
                   "concept alone, with the same place and ground (arXiv 2406.19370); 2 mu of vectors."),
             {"concepts"});
  list.heading(LS_TR("Learning"), kEvaluations);
  list.array("learnedTime", LS_TR("Learning time"),
             LS_TR("T: step of event learned-k of each concept of the followed class; while it is not learned, "
                   "the step so far."),
             {"concepts"}, LS_TR("steps"));
  list.array("conceptLearned", LS_TR("Concept learned"),
             LS_TR("1 for concepts of the followed class that have been learned."), {"concepts"});
  list.array("eventTimes", LS_TR("Event times"),
             LS_TR("Steps of turn, capability and behaviour; of one that has not come, the step so far."), {"3"},
             LS_TR("steps"))
      .items = {"turn", "capability", "behaviour"};
  list.array("eventsReached", LS_TR("Events reached"), LS_TR("1 for those of them that have come."), {"3"}).items = {
      "turn", "capability", "behaviour"};
  list.array("heldOutDistance", LS_TR("Distance at train convergence"),
             LS_TR("Distance of each class held out from its corner when train converged (event "
                   "train-converged)."),
             {"held out"});
  list.array("heldOutTime", LS_TR("Learning time of a class"),
             LS_TR("First evaluation at which a class held out lies within 0.072 of its corner on every axis "
                   "(official rule); while it does not, the step so far."),
             {"held out"}, LS_TR("steps"));
  list.array("heldOutLearned", LS_TR("Class learned"), LS_TR("1 for classes held out that have been learned."),
             {"held out"});
}

void addPictures(MeasureList& list) {
  list.heading(LS_TR("Pictures"), kEvaluations);
  list.array("pictures", LS_TR("Pictures"),
             LS_TR("Eight samples for each class, then for the best overprompt and the best latent step; "
                   "columns share their initial noise."),
             {"rows * 8", "side", "side", "3"});
  list.array("cornerPictures", LS_TR("Corner pictures"), LS_TR("Four samples of each class."),
             {"classes", "2 side", "2 side", "3"});
}

void addLosses(MeasureList& list) {
  list.heading(LS_TR("Loss"), "scalars");
  list.scalar("loss", LS_TR("Denoising loss"),
              LS_TR("Mean square error of the predicted noise, running mean (.98) over batches."));
  list.scalar("batchLoss", LS_TR("Batch loss"), LS_TR("The same of the last batch."));
  list.heading(LS_TR("Loss"), kEvaluations);
  list.array("classLoss", LS_TR("Loss of each class"),
             LS_TR("Of 64 samples a class with fixed noise and times, running mean of the weights."), {"classes"});
}

void addSwingBy(MeasureList& list) {
  list.heading(LS_TR("Swing-by model"), "scalars");
  list.scalar("time", LS_TR("Time"), LS_TR("Of the gradient flow; a step is 0.001."));
  list.scalar("swingOodLoss", LS_TR("OOD loss"), LS_TR("|W mu - mu|²/2 of the combination never seen."));
  list.scalar("swingTrainLoss", LS_TR("Training loss"), LS_TR("tr((W - I) A (W - I))/2."));
  list.heading(LS_TR("Swing-by model"), "arrays");
  list.array("swingMap", "W", LS_TR("The linear map."), {"s", "s"});
}

Parameter count() {
  return {.id = "images",
          .title = LS_TR("Images"),
          .type = ParameterType::Int,
          .fallback = 8,
          .doc = LS_TR("How many to draw."),
          .minimum = 1,
          .maximum = 64};
}

Parameter whichConcept() {
  return {.id = "concept",
          .title = LS_TR("Concept"),
          .type = ParameterType::Choice,
          .fallback = "weakest",
          .doc = LS_TR("The concept that is said louder or moved along."),
          .choices = conceptChoices()};
}

}  // namespace

std::vector<Measure> measures(const std::vector<std::string>& concepts) {
  MeasureList list;
  list.name("concepts", concepts);
  addAccuracies(list);
  addConcepts(list);
  addLearning(list);
  addPictures(list);
  addLosses(list);
  addSwingBy(list);
  return list.take();
}

std::vector<AnalysisDescription> analyses() {
  const std::vector<Measure> drawn{
      analysisResult("pictures", LS_TR("Pictures"), LS_TR("What the model draws (image worlds)."),
                     {"images", "side", "side", "3"}),
      analysisResult("samples", LS_TR("Samples"), LS_TR("The same as numbers of the network."), {"images", "values"}),
      analysisResult("coordinate", LS_TR("Coordinate"), LS_TR("Mean probability of value 1 of each concept."),
                     {"concepts"}),
      analysisResult("accuracy", LS_TR("Accuracy"), LS_TR("A for the asked class."), {})};
  std::vector<Measure> patched = drawn;
  patched.push_back(
      analysisResult("snapshotStep", LS_TR("Snapshot"), LS_TR("Step of the checkpoint that was taken."), {}));
  return {
      {"draw",
       LS_TR("Draw a class"),
       LS_TR("Samples for the mean prompt of a class."),
       {{.id = "class",
         .title = LS_TR("Class"),
         .type = ParameterType::Int,
         .fallback = 3,
         .doc = LS_TR("Number of the class: its digits read as binary."),
         .minimum = 0,
         .maximum = 7},
        count()},
       drawn},
      {"overprompt",
       LS_TR("Overprompt"),
       LS_TR("Samples for the held-out class with its weakest concept said k times as loud."),
       {{.id = "strength",
         .title = LS_TR("Strength k"),
         .type = ParameterType::Real,
         .fallback = 1.6,
         .doc = LS_TR("1 is the class mean."),
         .minimum = 0.5,
         .maximum = 4},
        whichConcept(),
        count()},
       drawn},
      {"latent",
       LS_TR("Latent step"),
       LS_TR("Samples from the prompt without the weakest concept, with a (P(with) - P(without)) added to the prompt "
             "codes "
             "of the chosen blocks."),
       {{.id = "strength",
         .title = LS_TR("Strength a"),
         .type = ParameterType::Real,
         .fallback = 1.0,
         .doc = LS_TR("0 leaves the prompt as it is."),
         .minimum = -1,
         .maximum = 3},
        {.id = "blocks",
         .title = LS_TR("Blocks"),
         .type = ParameterType::Subset,
         .fallback = {"1", "2", "3", "4", "5"},
         .doc = LS_TR("Blocks that are shifted."),
         .choices = {{"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5", "5"}}},
        whichConcept(),
        count()},
       drawn},
      {"patch",
       LS_TR("Patch the prompt MLPs"),
       LS_TR("Samples for the held-out class with the prompt MLPs of another snapshot, usually a later one of the same "
             "run, and everything else as it is: was the rest of the network ready?"),
       {{.id = "snapshot",
         .title = LS_TR("Run file"),
         .type = ParameterType::File,
         .fallback = "",
         .doc = LS_TR("A run of this lab with the same picture side and prompt length.")},
        {.id = "snapshotStep",
         .title = LS_TR("Step there"),
         .type = ParameterType::Int,
         .fallback = -1,
         .doc = LS_TR("The newest checkpoint at or before it; -1 is the last one."),
         .minimum = -1,
         .maximum = 1e9},
        count()},
       patched},
  };
}

}  // namespace learnscope::concept_space
