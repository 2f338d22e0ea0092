// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/analyses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "engine/experiments/rnn_hmm/description.h"
#include "engine/experiments/rnn_hmm/experiment.h"
#include "engine/experiments/rnn_hmm/flow_field.h"

namespace learnscope::rnnhmm {
namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

/// A frozen net with its portrait and a fresh batch of states.
struct Scene {
  Frozen frozen;
  Net net;
  Chains chains;
  Portrait portrait;
  std::uint64_t seed;

  Scene(const Config& config, std::uint64_t runSeed, const State& state, int count = kChains, int steps = kChainSteps)
      : frozen(thaw(config, runSeed, state)),
        net(frozen.weights, frozen.training.sigma),
        chains(simulate(net.exact, count, kBurnIn, steps, analysisNoise(runSeed, "analysis", frozen.step))),
        portrait(frozen.portrait.hidden ? frozen.portrait : rotation(chains, net.exact, ThirdAxis::Component).portrait),
        seed(runSeed) {}

  BulkStream noise(std::string_view purpose) const { return analysisNoise(seed, purpose, frozen.step); }
};

Array symbolsArray(const std::vector<double>& values) {
  return floatArray(values, {static_cast<std::int64_t>(values.size())});
}

State pointsState(const Scene& scene, const FixedPoints& found) {
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden);
  const auto count = static_cast<std::int64_t>(found.points.size());
  std::vector<double> states, places, q, unstable, slow, starts, basins, eigenvalues, logits;
  std::vector<double> row(static_cast<std::size_t>(scene.chains.symbols));
  for (const FixedPoint& point : found.points) {
    states.insert(states.end(), point.state.begin(), point.state.end());
    const std::vector<double> at = scene.portrait.of(point.state.data(), 1);
    places.insert(places.end(), at.begin(), at.end());
    q.push_back(point.q);
    unstable.push_back(point.unstable);
    slow.push_back(point.slow);
    starts.push_back(point.starts);
    basins.push_back(point.basin);
    for (std::size_t k = 0; k < hidden; ++k) {
      const bool there = k < point.eigenvalues.size();
      eigenvalues.push_back(there ? point.eigenvalues[k].real() : none);
      eigenvalues.push_back(there ? point.eigenvalues[k].imag() : none);
    }
    scene.net.exact.logits(point.state.data(), 1, row.data());
    logits.insert(logits.end(), row.begin(), row.end());
  }
  State result;
  const auto h = static_cast<std::int64_t>(hidden);
  result.put("states", Array::from<double>(states, {count, h}));
  result.put("positions", floatArray(places, {count, 3}));
  result.put("q", Array::vector<double>(q));
  result.put("unstable", Array::vector<double>(unstable));
  result.put("slow", Array::vector<double>(slow));
  result.put("starts", Array::vector<double>(starts));
  result.put("basin", Array::vector<double>(basins));
  result.put("eigenvalues", Array::from<double>(eigenvalues, {count, h, 2}));
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
  const FlowField field =
      flowField(scene.net, scene.chains, scene.portrait, arguments.flag("noise"), side, arguments.real("extent"));
  State result;
  const std::int64_t cells = static_cast<std::int64_t>(side) * side;
  result.put("positions", floatArray(field.positions, {cells, 3}));
  result.put("directions", floatArray(field.directions, {cells, 3}));
  result.put("speed", floatArray(field.speed, {side, side}));
  result.put("supported", floatArray(field.supported, {cells}));
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

double transitionError(const SymbolStatistics& found, const SymbolStatistics& wanted, double& worst) {
  const auto k = static_cast<std::size_t>(found.symbols);
  double sum = 0, counted = 0;
  worst = 0;
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b < k; ++b) {
      if (wanted.frequencies[a] < 0.05) continue;
      const double error = found.transitions[a * k + b] - wanted.transitions[a * k + b];
      sum += std::isfinite(error) ? std::abs(error) : 1;
      worst = std::max(worst, std::isfinite(error) ? std::abs(error) : 1);
      counted += 1;
    }
  return counted > 0 ? sum / counted : none;
}

State noiseSweep(const Scene& scene, const Config&, const Progress& progress) {
  const std::vector<double> sigmas{0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4};
  std::vector<double> rate, error, largest, variation, norm;
  for (std::size_t s = 0; s < sigmas.size(); ++s) {
    progress.report(static_cast<double>(s) / static_cast<double>(sigmas.size()), LS_TR("sweeping the noise"));
    EffectiveRnn<double> net;
    net.assign(scene.frozen.weights, sigmas[s]);
    const Chains chains = simulate(net, kChains, kBurnIn, 2 * kChainSteps, scene.noise("sweep"));
    const Dwelling dwell = dwelling(chains);
    double worst = 0;
    rate.push_back(dwell.changeRate);
    variation.push_back(dwell.variation);
    error.push_back(transitionError(statisticsOf(sampleSymbols(chains, scene.noise("sweep gumbel"))),
                                    scene.frozen.world.statistics(), worst));
    largest.push_back(worst);
    double sum = 0;
    for (std::size_t r = 0; r < chains.rows(); ++r) {
      double squares = 0;
      for (int u = 0; u < chains.hidden; ++u) {
        const double x = chains.states[r * static_cast<std::size_t>(chains.hidden) + static_cast<std::size_t>(u)];
        squares += x * x;
      }
      sum += std::sqrt(squares);
    }
    norm.push_back(sum / static_cast<double>(chains.rows()));
  }
  State result;
  result.put("sigma", Array::vector<double>(sigmas));
  result.put("changeRate", Array::vector<double>(rate));
  result.put("transitionError", Array::vector<double>(error));
  result.put("largestTransitionError", Array::vector<double>(largest));
  result.put("dwellVariation", Array::vector<double>(variation));
  result.put("meanNorm", Array::vector<double>(norm));
  return result;
}

/// Signature: mean pre-activation of a unit in each zone and one step after an exit; effects and their controls.
State units(const Scene& scene, const Config& arguments, const Progress& progress) {
  const Net& net = scene.net;
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden), k = static_cast<std::size_t>(scene.chains.symbols);
  const std::vector<double> effects = unitEffects(net.single, scene.noise("effects"), [&](double done) {
    progress.report(0.8 * done, LS_TR("switching units off"));
  });
  State result;
  result.put("effect", Array::from<double>(effects, {static_cast<std::int64_t>(hidden), static_cast<std::int64_t>(k)}));
  const auto from = static_cast<std::size_t>(arguments.integer("from"));
  if (from >= k) throw ConfigError("/from", std::to_string(from), "a symbol 0.." + std::to_string(k - 1));
  std::vector<double> own(hidden), stay(hidden, 0.0), exit(hidden, 0.0), active(hidden, 0.0);
  for (std::size_t u = 0; u < hidden; ++u) own[u] = effects[u * k + from];
  double stays = 0, exits = 0;
  AlignedVector<double> z(hidden);
  for (int i = 0; i < scene.chains.chains; ++i)
    for (int t = 1; t + 1 < scene.chains.steps; ++t) {
      const double* h = scene.chains.state(t, i);
      for (std::size_t u = 0; u < hidden; ++u) active[u] += h[u] > 0;
      const bool left = scene.chains.symbol(t - 1, i) == from && scene.chains.symbol(t, i) != from;
      if (!left && (scene.chains.symbol(t, i) != from || t % 10 != 0)) continue;
      net.exact.preActivation(h, 1, z.data());
      (left ? exits : stays) += 1;
      for (std::size_t u = 0; u < hidden; ++u) (left ? exit : stay)[u] += z[u];
    }
  for (std::size_t u = 0; u < hidden; ++u) {
    stay[u] = stays > 0 ? stay[u] / stays : none;
    exit[u] = exits > 0 ? exit[u] / exits : none;
    active[u] /= static_cast<double>(scene.chains.chains) * (scene.chains.steps - 2);
  }
  std::vector<std::int64_t> ranked(hidden);
  std::iota(ranked.begin(), ranked.end(), 0);
  std::stable_sort(ranked.begin(), ranked.end(), [&](std::int64_t a, std::int64_t b) {
    return own[static_cast<std::size_t>(a)] < own[static_cast<std::size_t>(b)];
  });
  const auto count = std::min<std::size_t>(hidden, static_cast<std::size_t>(arguments.integer("group")));
  std::vector<int> group(ranked.begin(), ranked.begin() + static_cast<long>(count));
  const auto rateWithout = [&](const std::vector<int>& off) {
    const ExitRates rates = exitRates(ablated(net.single, off), 100, 240, scene.noise("group"));
    return std::pair{rates.rates[from], rates.occupancy[from]};
  };
  const auto [base, baseOccupancy] = rateWithout({});
  const auto [without, occupancy] = rateWithout(group);
  std::vector<std::int64_t> lively;
  for (std::size_t u = 0; u < hidden; ++u)
    if (active[u] > 0.02) lively.push_back(static_cast<std::int64_t>(u));
  RandomStream random(scene.seed, "controls");
  std::vector<double> controls;
  for (int draw = 0; draw < 5 && lively.size() >= count; ++draw) {
    progress.report(0.85 + 0.03 * draw, LS_TR("random controls"));
    const std::vector<std::int64_t> order = random.shuffled(lively.size());
    std::vector<int> off;
    for (std::size_t i = 0; i < count; ++i) off.push_back(static_cast<int>(lively[static_cast<std::size_t>(order[i])]));
    controls.push_back(rateWithout(off).first);
  }
  result.put("ownEffect", Array::vector<double>(own));
  result.put("staying", Array::vector<double>(stay));
  result.put("leaving", Array::vector<double>(exit));
  result.put("active", Array::vector<double>(active));
  result.put("ranked", Array::vector<std::int64_t>(ranked));
  result.putScalar<double>("exitRate", base);
  result.putScalar<double>("exitRateWithout", without);
  result.putScalar<double>("occupancy", baseOccupancy);
  result.putScalar<double>("occupancyWithout", occupancy);
  result.put("exitRateControls", Array::vector<double>(controls));
  return result;
}

/// Each generated sequence with the target sequence of its largest plan entry; and target against target.
State sequenceDistance(const Scene& scene, const Config& arguments, const Progress& progress) {
  const int n = static_cast<int>(arguments.integer("sequences")), length = scene.frozen.training.length;
  const SymbolSequences made =
      generate(scene.net.single, n, length, scene.noise("distance noise"), scene.noise("distance gumbel"));
  RandomStream random(scene.seed, "distance data");
  const auto total = static_cast<std::size_t>(n) * static_cast<std::size_t>(length);
  std::vector<std::uint8_t> first(total), second(total);
  scene.frozen.world.sample(n, length, random, first.data());
  scene.frozen.world.sample(n, length, random, second.data());
  const auto turned = [&](const std::vector<std::uint8_t>& rows) {
    std::vector<std::uint8_t> out(rows.size());
    for (int i = 0; i < n; ++i)
      for (int t = 0; t < length; ++t)
        out[static_cast<std::size_t>(t * n + i)] = rows[static_cast<std::size_t>(i * length + t)];
    return out;
  };
  Sinkhorn<float> sinkhorn;
  sinkhorn.resize(n, length, scene.frozen.world.symbols());
  AlignedVector<float> plan;
  const auto distance = [&](const std::vector<std::uint8_t>& x, const std::vector<std::uint8_t>& y) {
    sinkhorn.value(turned(x).data(), turned(y).data(), 1.0);
    sinkhorn.plan(plan);
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const float* row = plan.data() + static_cast<long>(i) * n;
      const long partner = std::max_element(row, row + n) - row;
      int different = 0;
      for (int t = 0; t < length; ++t)
        different += x[static_cast<std::size_t>(i * length + t)] != y[static_cast<std::size_t>(partner * length + t)];
      sum += std::sqrt(2.0 * different);
    }
    return sum / n;
  };
  State result;
  const double own = distance(made.values, second);
  progress.report(0.5, LS_TR("matching sequences"));
  const double reference = distance(first, second);
  result.putScalar<double>("distance", own);
  result.putScalar<double>("reference", reference);
  result.putScalar<double>("ratio", own / reference);
  return result;
}

/// From a cluster state and a transition state: spread after 5 steps under (1 - gamma) frozen + gamma fresh noise.
State noiseSensitivity(const Scene& scene, const Config&, const Progress&) {
  constexpr int kRollouts = 100, kSteps = 5, kStates = 400;
  const AlignedVector<double> states = spreadStates(scene.chains, kStates);
  const Residency stay = residency(scene.net.single, {states.begin(), states.end()}, scene.noise("sensitivity zones"));
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden);
  const std::size_t inputs = static_cast<std::size_t>(scene.net.exact.shape.inputs);
  State result;
  for (const auto& [name, zone] : {std::pair{"cluster", Zone::Cluster}, {"transition", Zone::Transition}}) {
    const auto at =
        static_cast<std::size_t>(std::find(stay.zones.begin(), stay.zones.end(), zone) - stay.zones.begin());
    std::vector<double> traces(3, none), distances(3, none);
    for (std::size_t g = 0; g < 3 && at < stay.zones.size(); ++g) {
      const double gamma = 0.5 * static_cast<double>(g);
      BulkStream frozenNoise = scene.noise("sensitivity frozen"), fresh = scene.noise("sensitivity fresh");
      AlignedVector<double> h(kRollouts * hidden), next(h.size()), drive(h.size()), x(kRollouts * inputs), same(inputs);
      for (std::size_t r = 0; r < kRollouts; ++r)
        std::copy_n(states.begin() + static_cast<long>(at * hidden), hidden, h.begin() + static_cast<long>(r * hidden));
      for (int t = 0; t < kSteps; ++t) {
        frozenNoise.normals(static_cast<long>(inputs), same.data());
        fresh.normals(static_cast<long>(x.size()), x.data());
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = (1 - gamma) * same[i % inputs] + gamma * x[i];
        scene.net.exact.drive(x.data(), kRollouts, drive.data());
        scene.net.exact.step(h.data(), drive.data(), kRollouts, next.data());
        h.swap(next);
      }
      std::vector<double> mean(hidden, 0.0);
      for (std::size_t i = 0; i < h.size(); ++i) mean[i % hidden] += h[i] / kRollouts;
      double trace = 0, far = 0;
      for (std::size_t r = 0; r < kRollouts; ++r) {
        double squares = 0;
        for (std::size_t u = 0; u < hidden; ++u)
          squares += (h[r * hidden + u] - mean[u]) * (h[r * hidden + u] - mean[u]);
        trace += squares / kRollouts;
        far += std::sqrt(squares) / kRollouts;
      }
      traces[g] = trace;
      distances[g] = far;
    }
    result.put(std::string(name) + "Variance", Array::vector<double>(traces));
    result.put(std::string(name) + "Distance", Array::vector<double>(distances));
  }
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

/// Mean pre-activation of the leading causal units around exits from a symbol, lags -10..10.
State exitAverage(const Scene& scene, const Config& arguments, const Progress& progress) {
  constexpr int kReach = 10;
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden), k = static_cast<std::size_t>(scene.chains.symbols);
  const auto from = static_cast<std::size_t>(arguments.integer("from"));
  if (from >= k) throw ConfigError("/from", std::to_string(from), "a symbol 0.." + std::to_string(k - 1));
  const std::vector<double> effects = unitEffects(scene.net.single, scene.noise("effects"), [&](double done) {
    progress.report(done, LS_TR("switching units off"));
  });
  std::vector<std::int64_t> ranked(hidden);
  std::iota(ranked.begin(), ranked.end(), 0);
  std::stable_sort(ranked.begin(), ranked.end(), [&](std::int64_t a, std::int64_t b) {
    return effects[static_cast<std::size_t>(a) * k + from] < effects[static_cast<std::size_t>(b) * k + from];
  });
  ranked.resize(std::min<std::size_t>(hidden, 3));
  const std::size_t width = 2 * kReach + 1;
  std::vector<double> sums(ranked.size() * width, 0.0), lags;
  for (int lag = -kReach; lag <= kReach; ++lag) lags.push_back(lag);
  double exits = 0;
  AlignedVector<double> z(hidden);
  for (int i = 0; i < scene.chains.chains; ++i)
    for (int t = kReach + 1; t + kReach < scene.chains.steps; ++t) {
      if (scene.chains.symbol(t - 1, i) != from || scene.chains.symbol(t, i) == from) continue;
      exits += 1;
      for (int lag = -kReach; lag <= kReach; ++lag) {
        scene.net.exact.preActivation(scene.chains.state(t + lag, i), 1, z.data());
        for (std::size_t r = 0; r < ranked.size(); ++r)
          sums[r * width + static_cast<std::size_t>(lag + kReach)] += z[static_cast<std::size_t>(ranked[r])];
      }
    }
  for (double& sum : sums) sum = exits > 0 ? sum / exits : none;
  State result;
  result.put("units", Array::vector<std::int64_t>(ranked));
  result.put("lag", Array::vector<double>(lags));
  for (std::size_t r = 0; r < ranked.size(); ++r)
    result.put("unit" + std::to_string(r + 1),
               Array::vector<double>(std::span<const double>(sums).subspan(r * width, width)));
  return result;
}

/// Per-pair orbits: maximal runs longer than 20 steps within two symbols, and the rotation index of their states.
State pairs(const Scene& scene, const Config&, const Progress&) {
  const int k = scene.chains.symbols;
  std::vector<double> first, second, runs, index;
  for (int a = 0; a < k; ++a)
    for (int b = a + 1; b < k; ++b) {
      constexpr int kLeast = 21;
      Chains kept{.chains = 0,
                  .steps = kLeast,
                  .hidden = scene.chains.hidden,
                  .symbols = k,
                  .states = {},
                  .logits = {},
                  .largest = {}};
      std::vector<std::pair<int, int>> starts;
      for (int i = 0; i < scene.chains.chains; ++i)
        for (int t = 0, begin = 0; t <= scene.chains.steps; ++t) {
          const bool inside =
              t < scene.chains.steps && (scene.chains.symbol(t, i) == a || scene.chains.symbol(t, i) == b);
          if (inside) continue;
          if (t - begin >= kLeast) starts.emplace_back(i, begin);
          begin = t + 1;
        }
      kept.chains = static_cast<int>(starts.size());
      for (int t = 0; t < kLeast; ++t)
        for (const auto& [chain, begin] : starts) {
          const double* h = scene.chains.state(begin + t, chain);
          kept.states.insert(kept.states.end(), h, h + kept.hidden);
          kept.largest.push_back(scene.chains.symbol(begin + t, chain));
        }
      first.push_back(a);
      second.push_back(b);
      runs.push_back(kept.chains);
      index.push_back(kept.chains >= 5 ? rotation(kept, scene.net.exact, ThirdAxis::Component).index : none);
    }
  State result;
  result.put("first", Array::vector<double>(first));
  result.put("second", Array::vector<double>(second));
  result.put("runs", Array::vector<double>(runs));
  result.put("rotation", Array::vector<double>(index));
  return result;
}

}  // namespace

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
                                                         {"pairs", pairs}};
  const auto found = functions.find(analysis);
  if (found == functions.end()) throw ConfigError("/analyse", analysis, "an analysis of this lab");
  const bool longer = analysis == "pairs" || analysis == "exit-average" || analysis == "units";
  return found->second(Scene(config, seed, state, kChains, longer ? 5 * kChainSteps : kChainSteps), arguments,
                       progress);
}

}  // namespace learnscope::rnnhmm
