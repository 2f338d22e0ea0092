// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/analyses.h"

#include <algorithm>
#include <limits>
#include <map>

#include "engine/experiments/rnn_hmm/analysis_scene.h"
#include "engine/experiments/rnn_hmm/flow_field.h"
#include "engine/measures/fixed_point_table.h"

namespace learnscope::rnnhmm {
namespace {

constexpr int kLiftedSteps = 15, kLiftedBurnIn = 60;

Array symbolsArray(const std::vector<double>& values) {
  return floatArray(values, {static_cast<std::int64_t>(values.size())});
}

State pointsState(const Scene& scene, const FixedPoints& found) {
  const auto count = static_cast<std::int64_t>(found.points.size());
  std::vector<double> places, logits;
  std::vector<double> row(static_cast<std::size_t>(scene.chains.symbols));
  for (const FixedPoint& point : found.points) {
    const std::vector<double> at = scene.portrait.of(point.state.data(), 1);
    places.insert(places.end(), at.begin(), at.end());
    scene.net.exact.logits(point.state.data(), 1, row.data());
    logits.insert(logits.end(), row.begin(), row.end());
  }
  State result = fixedPointTable(found, scene.chains.hidden);
  result.put("positions", floatArray(places, {count, 3}));
  result.put("logits", Array::from<double>(logits, {count, scene.chains.symbols}));
  result.putScalar<std::int64_t>("unsolved", found.unsolved());
  result.putScalar<std::int64_t>("continua", static_cast<std::int64_t>(found.continua.size()));
  return result;
}

State fixedPoints(const Scene& scene, const Config& arguments, const Progress& progress) {
  const AlignedVector<double> starts = spreadStates(scene.chains, static_cast<int>(arguments.integer("starts")));
  const auto report = [&](double done) { progress.report(done, LS_TR("searching fixed points")); };
  if (arguments.text("map") == "mean")
    return pointsState(scene, findFixedPoints(scene.net.meanMap(), starts, {}, report));
  return pointsState(scene, findFixedPoints(scene.net.silentMap(), starts, {}, report));
}

State flow(const Scene& scene, const Config& arguments, const Progress&) {
  const int side = static_cast<int>(arguments.integer("side"));
  const bool measured = arguments.flag("measured");
  const FlowField field = flowField(scene.net, scene.chains, scene.portrait, arguments.flag("noise"), side,
                                    arguments.real("extent"), measured);
  State result;
  const std::int64_t cells = static_cast<std::int64_t>(side) * side;
  result.put("positions", floatArray(field.positions, {cells, 3}));
  result.put("directions", floatArray(field.directions, {cells, 3}));
  result.put("speed", floatArray(field.speed, {side, side}));
  result.put("supported", floatArray(field.supported, {cells}));
  std::vector<double> shade = field.speed;
  for (std::size_t c = 0; c < shade.size(); ++c)
    if (!(field.supported[c] > 0)) shade[c] = std::numeric_limits<double>::quiet_NaN();
  result.put("shade", floatArray(shade, {cells}));
  if (!measured) return result;
  result.put("drift", floatArray(field.drift, {cells, 3}));
  result.put("visits", floatArray(field.visits, {side, side}));
  result.put("diffusion", floatArray(field.diffusion, {side, side}));
  return result;
}

/// 200 noisy states under silence: their paths in the portrait.
State silence(const Scene& scene, const Config& arguments, const Progress&) {
  constexpr int kStates = 40;
  const int steps = static_cast<int>(arguments.integer("steps"));
  AlignedVector<double> h = spreadStates(scene.chains, kStates), next(h.size());
  std::vector<double> segments, time;
  std::vector<double> before = scene.portrait.of(h.data(), kStates);
  for (int t = 1; t <= steps; ++t) {
    scene.net.exact.step(h.data(), nullptr, kStates, next.data());
    h.swap(next);
    const std::vector<double> now = scene.portrait.of(h.data(), kStates);
    for (std::size_t i = 0; i < kStates; ++i) {
      segments.insert(segments.end(), before.begin() + static_cast<long>(3 * i),
                      before.begin() + static_cast<long>(3 * i + 3));
      segments.insert(segments.end(), now.begin() + static_cast<long>(3 * i),
                      now.begin() + static_cast<long>(3 * i + 3));
      time.insert(time.end(), 2, t);
    }
    before = now;
  }
  const Collapse fall = collapse(scene.net.exact, scene.chains);
  State result;
  result.put("paths", floatArray(segments, {static_cast<std::int64_t>(segments.size() / 3), 3}));
  result.put("time", symbolsArray(time));
  result.put("ends", floatArray(before, {kStates, 3}));
  const std::vector<double> times(fall.steps.begin(), fall.steps.end());
  result.put("collapse", Array::vector<double>(times));
  result.putScalar<double>("median", fall.median);
  result.putScalar<double>("longest", fall.longest);
  result.putScalar<double>("collapsed", fall.reached);
  return result;
}

/// Noisy rollouts from a point of the portrait: a state pushed there and let go.
State rollouts(const Scene& scene, const Config& arguments, const Progress&) {
  const int count = static_cast<int>(arguments.integer("count")), steps = static_cast<int>(arguments.integer("steps"));
  const std::vector<double> start =
      liftToState(scene.chains, scene.portrait, {arguments.real("x"), arguments.real("y"), arguments.real("z")},
                  scene.net.exact.shape.activation == RnnActivation::Relu);
  AlignedVector<double> h, work, logits;
  for (int i = 0; i < count; ++i) h.insert(h.end(), start.begin(), start.end());
  BulkStream noise = scene.noise("rollouts");
  std::vector<double> before = scene.portrait.of(h.data(), count), segments, colours;
  std::vector<std::uint8_t> symbols;
  for (int t = 0; t < steps; ++t) {
    noisyStep(scene.net.exact, h, count, noise, work);
    largestSymbols(scene.net.exact, h.data(), count, logits, symbols);
    const std::vector<double> now = scene.portrait.of(h.data(), count);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      segments.insert(segments.end(), before.begin() + static_cast<long>(3 * i),
                      before.begin() + static_cast<long>(3 * i + 3));
      segments.insert(segments.end(), now.begin() + static_cast<long>(3 * i),
                      now.begin() + static_cast<long>(3 * i + 3));
      colours.insert(colours.end(), 2, symbols[i]);
    }
    before = now;
  }
  State result;
  result.put("paths", floatArray(segments, {static_cast<std::int64_t>(segments.size() / 3), 3}));
  result.put("symbols", symbolsArray(colours));
  return result;
}

}  // namespace

Frozen Scene::probed(Frozen frozen, const Config& arguments) {
  frozen.training.sigma *= arguments.real("probeNoise");
  for (const int unit : unitsIn(arguments["probeWithout"], "/probeWithout", frozen.weights.shape.hidden))
    frozen.weights.recurrentGain[static_cast<std::size_t>(unit)] = 0;
  return frozen;
}

State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments, const Progress& progress) {
  using Function = State (*)(const Scene&, const Config&, const Progress&);
  static const std::map<std::string, Function> functions{{"fixed-points", fixedPoints},
                                                         {"flow-field", flow},
                                                         {"silence", silence},
                                                         {"noise-sweep", noiseSweep},
                                                         {"units", units},
                                                         {"sequence-distance", sequenceDistance},
                                                         {"noise-sensitivity", noiseSensitivity},
                                                         {"rollouts", rollouts},
                                                         {"exit-average", exitAverage},
                                                         {"blocks", blocks},
                                                         {"regions", regions},
                                                         {"states", states},
                                                         {"pairs", pairs}};
  const auto found = functions.find(analysis);
  if (found == functions.end()) throw ConfigError("/analyse", analysis, "an analysis of this lab");
  // A flow field without measured steps needs no more states than its lift looks at.
  if (analysis == "flow-field" && !arguments.flag("measured"))
    return flow(Scene(config, seed, state, arguments, kChains, kLiftedSteps, kLiftedBurnIn), arguments, progress);
  const bool longer = analysis == "pairs" || analysis == "exit-average" || analysis == "units";
  return found->second(Scene(config, seed, state, arguments, kChains, longer ? 5 * kChainSteps : kChainSteps),
                       arguments, progress);
}

}  // namespace learnscope::rnnhmm
