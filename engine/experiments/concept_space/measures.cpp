// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/description.h"

namespace learnscope::concept_space {
namespace {

const char* const kEvaluations = "evaluations";

Measure scalar(const char* id, const char* title, const char* doc, const char* group, const char* cadence) {
  return {.id = id, .title = title, .doc = doc, .cadence = cadence, .group = group};
}

Measure array(const char* id, const char* title, std::vector<std::string> shape, const char* doc, const char* group,
              const char* cadence = kEvaluations) {
  return {.id = id,
          .title = title,
          .doc = doc,
          .kind = MeasureKind::Array,
          .shape = std::move(shape),
          .cadence = cadence,
          .group = group};
}

void addAccuracies(std::vector<Measure>& list) {
  const char* group = LS_TR("Accuracy");
  const auto add = [&](const char* id, const char* title, const char* doc) {
    list.push_back(scalar(id, title, doc, group, kEvaluations));
  };
  add("trainAccuracy", LS_TR("Training classes"),
      LS_TR("Mean over the training classes of A: mean over images of the product of the probabilities that the probe "
            "gives the asked concepts, 0..1."));
  add("naive", LS_TR("Naive"), LS_TR("A of the held-out class with its mean prompt, 0..1."));
  add("overprompt", LS_TR("Overprompt"),
      LS_TR("Largest A of the held-out class over prompts with its weakest concept said k = 1.25, 1.6, 2 times as "
            "loud."));
  add("latent", LS_TR("Latent step"),
      LS_TR(
          "Largest A over a = 0.7, 1, 1.4 with the prompt that lacks the weakest concept and a (P(with) - P(without)) "
          "added to every block's prompt code."));
  add("hiddenGap", LS_TR("Hidden gap"),
      LS_TR("max(overprompt, latent) - naive, -1..1: what it can do and does not show."));
  add("trainOfMeans", LS_TR("Training, product of means"),
      LS_TR("As the official plots: product of the mean probabilities; differs where errors go together."));
  add("naiveOfMeans", LS_TR("Naive, product of means"), LS_TR("The same for the held-out class."));
  list.push_back(
      array("jointAccuracy", LS_TR("Accuracy of each class"), {"classes"}, LS_TR("A of every class."), group));
  list.push_back(array("overpromptMap", LS_TR("Overprompt map"), {"8"},
                       LS_TR("A of the held-out class at k = 0.5, 0.75, 1, 1.25, 1.6, 2, 2.5, 3."), group));
  list.push_back(array("latentMap", LS_TR("Latent map"), {"6"},
                       LS_TR("A of the held-out class at a = 0.4, 0.7, 1, 1.4, 2, 3."), group));
  list.push_back(
      array("probeAccuracy", LS_TR("Probe accuracy"), {"concepts"},
            LS_TR("Share of fresh pictures of all classes on which the frozen probe reads each concept right; "
                  "the lab refuses to run under 0.95."),
            group, "start"));
  list.push_back(
      array("geometry", LS_TR("Disc geometry"), {"classes", "2"},
            LS_TR("Read off the drawings of each class without the probe: radius sqrt(area/pi) of a soft mask "
                  "from the green channel, and blue - red under it; means over the images."),
            group));
}

void addConcepts(std::vector<Measure>& list) {
  const char* group = LS_TR("Concept space");
  const auto add = [&](const char* id, const char* title, const char* doc, const char* unit = "") {
    list.push_back(scalar(id, title, doc, group, kEvaluations));
    list.back().unit = unit;
  };
  add("ood1", LS_TR("Concept 1 of the held-out class"),
      LS_TR("Mean probability of value 1 (blue) on images drawn for the held-out class; f_1 of the swing-by model."));
  add("ood2", LS_TR("Concept 2 of the held-out class"), LS_TR("The same for the second concept (small)."));
  add("ood3", LS_TR("Concept 3 of the held-out class"),
      LS_TR("The same for the third concept (dark), if there is one."));
  add("conceptDistance", LS_TR("Concept distance"),
      LS_TR("Distance of the held-out class's coordinate from its corner, 0..sqrt(concepts)."));
  add("trainDistance", LS_TR("Training distance²"),
      LS_TR("Mean over training classes and axes of the squared distance to the corner; below 0.01 train has "
            "converged."));
  add("speed", LS_TR("Concept speed"),
      LS_TR("Norm of the derivative of the held-out class's path, smoothed by two evaluations, at the newest "
            "evaluation."),
      "1/step");
  list.push_back(
      array("coordinates", LS_TR("Concept coordinates"), {"classes", "concepts"},
            LS_TR("Mean probability of value 1 of each concept on images drawn for each class's mean prompt."), group));
  const char* scene = LS_TR("Cube");
  list.push_back(
      array("classPoints", LS_TR("Class points"), {"classes", "3"},
            LS_TR("Coordinates of all classes but the followed one in the scene; the third is the step's share "
                  "of the planned steps, or the third concept. From event denoising on."),
            scene));
  list.push_back(
      array("naivePoint", LS_TR("Naive point"), {"1", "3"}, LS_TR("The followed class, plain prompt."), scene));
  list.push_back(
      array("overpromptPoint", LS_TR("Overprompt point"), {"1", "3"}, LS_TR("With the best overprompt."), scene));
  list.push_back(array("latentPoint", LS_TR("Latent point"), {"1", "3"}, LS_TR("With the best latent step."), scene));
  list.push_back(array("earlyPoints", LS_TR("Early points"), {"classes", "3"},
                       LS_TR("All classes before event denoising, when coordinates mean nothing."), scene));
  list.push_back(
      array("classVelocities", LS_TR("Class velocities"), {"classes", "3"},
            LS_TR("How far the class points move through concept space in 300 steps at their present velocity "
                  "(path smoothed by two evaluations)."),
            scene));
  list.push_back(
      array("naiveVelocity", LS_TR("Naive velocity"), {"1", "3"}, LS_TR("The same for the naive point."), scene));
  list.push_back(
      array("swingStreams", LS_TR("Swing-by paths"), {"paths", "points", "3"},
            LS_TR("Paths of the exact swing-by model for this world's concept signals from starts of several "
                  "scales, on the floor (arXiv 2410.08309)."),
            scene, "start"));
  list.push_back(
      array("heldOutClasses", LS_TR("Held out"), {"classes"}, LS_TR("1 for classes held out."), scene, "start"));
  list.push_back(array("cornerPosts", LS_TR("Corner posts"), {"classes", "3"},
                       LS_TR("x and y of each corner, and how high its post is."), scene, "start"));
  list.push_back(array("cornerPlaces", LS_TR("Corner places"), {"classes", "3"},
                       LS_TR("Where the corners' pictures stand."), scene));
}

void addLearning(std::vector<Measure>& list) {
  const char* group = LS_TR("Learning");
  list.push_back(
      array("conceptSignal", LS_TR("Concept signal"), {"concepts"},
            LS_TR("Mean squared pixel difference between the followed class and the one that differs in this "
                  "concept alone, with the same place and ground (arXiv 2406.19370); 2 mu of vectors."),
            group, "start"));
  list.push_back(
      array("learnedTime", LS_TR("Learning time"), {"concepts"},
            LS_TR("T: step of event learned-k of each concept of the followed class; while it is not learned, "
                  "the step so far."),
            group));
  list.back().unit = LS_TR("steps");
  list.push_back(array("conceptLearned", LS_TR("Concept learned"), {"concepts"},
                       LS_TR("1 for concepts of the followed class that have been learned."), group));
  list.push_back(array("eventTimes", LS_TR("Event times"), {"3"},
                       LS_TR("Steps of turn, capability and behaviour; of one that has not come, the step so far."),
                       group));
  list.back().items = {"turn", "capability", "behaviour"};
  list.back().unit = LS_TR("steps");
  list.push_back(
      array("eventsReached", LS_TR("Events reached"), {"3"}, LS_TR("1 for those of them that have come."), group));
  list.back().items = {"turn", "capability", "behaviour"};
  list.push_back(array("heldOutDistance", LS_TR("Distance at train convergence"), {"held out"},
                       LS_TR("Distance of each class held out from its corner when train converged (event "
                             "train-converged)."),
                       group));
  list.push_back(array("heldOutTime", LS_TR("Learning time of a class"), {"held out"},
                       LS_TR("First evaluation at which a class held out lies within 0.072 of its corner on every axis "
                             "(official rule); while it does not, the step so far."),
                       group));
  list.back().unit = LS_TR("steps");
  list.push_back(array("heldOutLearned", LS_TR("Class learned"), {"held out"},
                       LS_TR("1 for classes held out that have been learned."), group));
}

void addPictures(std::vector<Measure>& list) {
  const char* group = LS_TR("Pictures");
  list.push_back(array("pictures", LS_TR("Pictures"), {"rows * 8", "side", "side", "3"},
                       LS_TR("Eight samples for each class, then for the best overprompt and the best latent step; "
                             "columns share their initial noise."),
                       group));
  list.push_back(array("cornerPictures", LS_TR("Corner pictures"), {"classes", "2 side", "2 side", "3"},
                       LS_TR("Four samples of each class."), group));
}

void addLosses(std::vector<Measure>& list) {
  const char* group = LS_TR("Loss");
  list.push_back(scalar("loss", LS_TR("Denoising loss"),
                        LS_TR("Mean square error of the predicted noise, running mean (.98) over batches."), group,
                        "scalars"));
  list.push_back(scalar("batchLoss", LS_TR("Batch loss"), LS_TR("The same of the last batch."), group, "scalars"));
  list.push_back(array("classLoss", LS_TR("Loss of each class"), {"classes"},
                       LS_TR("Of 64 samples a class with fixed noise and times, running mean of the weights."), group));
}

void addSwingBy(std::vector<Measure>& list) {
  const char* group = LS_TR("Swing-by model");
  list.push_back(scalar("time", LS_TR("Time"), LS_TR("Of the gradient flow; a step is 0.001."), group, "scalars"));
  list.push_back(scalar("swingOodLoss", LS_TR("OOD loss"), LS_TR("|W mu - mu|²/2 of the combination never seen."),
                        group, "scalars"));
  list.push_back(scalar("swingTrainLoss", LS_TR("Training loss"), LS_TR("tr((W - I) A (W - I))/2."), group, "scalars"));
  list.push_back(array("swingMap", "W", {"s", "s"}, LS_TR("The linear map."), group, "arrays"));
}

Measure result(const char* id, const char* title, std::vector<std::string> shape, const char* doc) {
  return {.id = id,
          .title = title,
          .doc = doc,
          .kind = shape.empty() ? MeasureKind::Scalar : MeasureKind::Array,
          .shape = std::move(shape)};
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
  std::vector<Measure> list;
  addAccuracies(list);
  addConcepts(list);
  addLearning(list);
  addPictures(list);
  addLosses(list);
  addSwingBy(list);
  for (Measure& measure : list)
    if (!measure.shape.empty() && measure.shape.front() == "concepts") measure.items = concepts;
  return list;
}

std::vector<AnalysisDescription> analyses() {
  const std::vector<Measure> drawn{
      result("pictures", LS_TR("Pictures"), {"images", "side", "side", "3"},
             LS_TR("What the model draws (image worlds).")),
      result("samples", LS_TR("Samples"), {"images", "values"}, LS_TR("The same as numbers of the network.")),
      result("coordinate", LS_TR("Coordinate"), {"concepts"}, LS_TR("Mean probability of value 1 of each concept.")),
      result("accuracy", LS_TR("Accuracy"), {}, LS_TR("A for the asked class."))};
  std::vector<Measure> patched = drawn;
  patched.push_back(result("snapshotStep", LS_TR("Snapshot"), {}, LS_TR("Step of the checkpoint that was taken.")));
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
