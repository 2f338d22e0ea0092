// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/experiments/rnn_hmm/analysis_scene.h"

namespace learnscope::rnnhmm {
namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

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

/// Spread after 5 steps of 100 rollouts from one state under (1 - gamma) frozen + gamma fresh noise.
struct Spread {
  double trace = 0, distance = 0;
};
Spread spreadFrom(const Scene& scene, const double* state, double gamma) {
  constexpr std::size_t kRollouts = 100;
  constexpr int kSteps = 5;
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden),
             inputs = static_cast<std::size_t>(scene.net.exact.shape.inputs);
  BulkStream frozenNoise = scene.noise("sensitivity frozen"), fresh = scene.noise("sensitivity fresh");
  AlignedVector<double> h(kRollouts * hidden), next(h.size()), drive(h.size()), x(kRollouts * inputs), same(inputs);
  for (std::size_t r = 0; r < kRollouts; ++r) std::copy_n(state, hidden, h.begin() + static_cast<long>(r * hidden));
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
  Spread spread;
  for (std::size_t r = 0; r < kRollouts; ++r) {
    double squares = 0;
    for (std::size_t u = 0; u < hidden; ++u) squares += (h[r * hidden + u] - mean[u]) * (h[r * hidden + u] - mean[u]);
    spread.trace += squares / kRollouts;
    spread.distance += std::sqrt(squares) / kRollouts;
  }
  return spread;
}

}  // namespace

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
    const std::size_t count = rows.size() / static_cast<std::size_t>(length), width = rows.size() / count;
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t t = 0; t < width; ++t) out[t * count + i] = rows[i * width + t];
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
      const std::uint8_t *own = x.data() + static_cast<long>(i) * length, *other = y.data() + partner * length;
      for (int t = 0; t < length; ++t) different += own[t] != other[t];
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

/// Mean over up to 40 states of the clusters and of the transitions, gamma = 0, 0.5, 1.
State noiseSensitivity(const Scene& scene, const Config&, const Progress& progress) {
  constexpr int kStates = 1000, kLooked = 40;
  const AlignedVector<double> states = spreadStates(scene.chains, kStates);
  const Residency stay = residency(scene.net.single, {states.begin(), states.end()}, scene.noise("sensitivity zones"));
  State result;
  for (const auto& [name, zone] : {std::pair{"cluster", Zone::Cluster}, {"transition", Zone::Transition}}) {
    std::vector<double> traces(3, 0.0), distances(3, 0.0);
    double looked = 0;
    for (std::size_t i = 0; i < stay.zones.size() && looked < kLooked; ++i) {
      if (stay.zones[i] != zone) continue;
      progress.report(looked / kLooked, LS_TR("following states"));
      looked += 1;
      for (std::size_t g = 0; g < 3; ++g) {
        const Spread spread = spreadFrom(scene, states.data() + i * static_cast<std::size_t>(scene.chains.hidden),
                                         0.5 * static_cast<double>(g));
        traces[g] += spread.trace;
        distances[g] += spread.distance;
      }
    }
    for (std::size_t g = 0; g < 3; ++g) {
      traces[g] = looked > 0 ? traces[g] / looked : none;
      distances[g] = looked > 0 ? distances[g] / looked : none;
    }
    result.put(std::string(name) + "Variance", Array::vector<double>(traces));
    result.put(std::string(name) + "Distance", Array::vector<double>(distances));
  }
  return result;
}

}  // namespace learnscope::rnnhmm
