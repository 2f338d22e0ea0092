// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "engine/core/errors.h"
#include "engine/experiments/part_motion/experiment.h"
#include "engine/experiments/part_motion/scene_arrays.h"
#include "engine/models/threads.h"

namespace learnscope::partmotion {
namespace {

void add(State& all, const State& more) {
  for (const auto& [name, array] : more.arrays()) all.put(name, array);
}

/// The state of the held Gaussian's part that brings it nearest to a place: what the true joint would do.
std::vector<float> nearestState(const MotionPair& pair, std::size_t held, const Coordinates& place) {
  constexpr int states = 50;
  std::vector<float> nearest = pair.from;
  double least = std::numeric_limits<double>::infinity();
  for (int k = 0; k <= states && pair.movingPart > 0; ++k) {
    std::vector<float> there = pair.at(k / double{states});
    double square = 0;
    for (std::size_t j = 0; j < 3; ++j)
      square += std::pow(static_cast<double>(there[held * kCodeValues + j]) - place[j], 2);
    if (square >= least) continue;
    least = square;
    nearest = std::move(there);
  }
  return nearest;
}

/// Pulls Gaussian `gaussian` of the answer's object to a place.
void pull(Answer& answer, Model& model, const float* weights, const Config& config, std::int64_t gaussian,
          const Coordinates& place) {
  MotionPair& pair = answer.pair;
  const auto held = static_cast<std::size_t>(gaussian);
  if (held >= pair.sample.part.size())
    throw ConfigError("/gaussian", std::to_string(gaussian),
                      "0.." + std::to_string(pair.sample.part.size() - 1) + ", or -1 for none");
  Coordinates way;
  for (std::size_t k = 0; k < 3; ++k) way[k] = place[k] - static_cast<double>(pair.from[held * kCodeValues + k]);
  pair.movingPart = pair.sample.part[held];
  pair.to = nearestState(pair, held, place);
  pair.drags = spreadDrags(pair, pair.movingPart, way, dragsOf(config));
  const ModelInput input{pair.from, pair.drags};
  model.forward(weights, {&input, 1}, feltScales(config));
  answer.gaussians.assign(model.gaussians(0).begin(), model.gaussians(0).end());
  answer.gate.assign(model.gate().begin(), model.gate().end());
}

}  // namespace

AlignedVector<float> savedWeights(const State& state, const Model& model) {
  const auto saved = state.get("learner.weights").as<float>();
  if (saved.size() != static_cast<std::size_t>(model.parameters().count()))
    throw DataError("saved state", "\"learner.weights\"", "a snapshot of another network");
  return {saved.begin(), saved.end()};
}

State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments) {
  useOneThread();
  const std::unique_ptr<Model> model = makeModel(config);
  const AlignedVector<float> weights = savedWeights(state, *model);
  const Evaluator evaluator(config, seed);
  Answer answer = evaluator.answer(*model, weights.data(), config, static_cast<int>(arguments.integer("object")));
  State result;
  if (analysis == "play") {
    if (!answer.material)
      throw ConfigError("/analyse", analysis, "formulation points: the splatter's Gaussians are pixels, not points");
    const double theta = arguments.real("state") / (kStates - 1), from = answer.pair.fromState / double{kStates - 1},
                 to = answer.pair.toState / double{kStates - 1};
    result.put("predictedGaussians", sceneGaussians(movedBy(answer, (theta - from) / (to - from))));
    result.put("trueGaussians", sceneGaussians(answer.pair.at(theta)));
    return result;
  }
  if (analysis == "drag") {
    if (arguments.integer("gaussian") >= 0)
      pull(answer, *model, weights.data(), config, arguments.integer("gaussian"),
           toWorld({arguments.real("x"), arguments.real("y"), arguments.real("z")}));
  } else if (analysis != "predict") {
    throw ConfigError("/analyse", analysis, "an analysis of this lab");
  }
  add(result, sceneOf(answer.pair));
  add(result, sceneOf(answer));
  return result;
}

}  // namespace learnscope::partmotion
