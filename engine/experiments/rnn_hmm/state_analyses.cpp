// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/experiments/rnn_hmm/analysis_scene.h"

namespace learnscope::rnnhmm {
namespace {

/// Distinct fixed points of a region iteration.
struct RegionPoints {
  std::vector<std::vector<double>> states;
  std::vector<std::int64_t> starts;

  void add(const std::vector<double>& state) {
    for (std::size_t p = 0; p < states.size(); ++p) {
      double squares = 0, norm = 0;
      for (std::size_t u = 0; u < state.size(); ++u) {
        squares += (state[u] - states[p][u]) * (state[u] - states[p][u]);
        norm += state[u] * state[u];
      }
      if (std::sqrt(squares) > 1e-6 * std::max(1.0, std::sqrt(norm))) continue;
      ++starts[p];
      return;
    }
    states.push_back(state);
    starts.push_back(1);
  }
};

State regionState(const Scene& scene, const RegionPoints& found) {
  std::vector<double> flat, places;
  std::vector<std::int64_t> active, unstable;
  for (const std::vector<double>& state : found.states) {
    flat.insert(flat.end(), state.begin(), state.end());
    const std::vector<double> at = scene.portrait.of(state.data(), 1);
    places.insert(places.end(), at.begin(), at.end());
    active.push_back(std::count_if(state.begin(), state.end(), [](double x) { return x > 0; }));
    unstable.push_back(localSpectrum(localEigenvalues(scene.net.exact, state.data())).unstable);
  }
  const auto count = static_cast<std::int64_t>(found.states.size());
  State result;
  result.put("states", Array::from<double>(flat, {count, scene.chains.hidden}));
  result.put("positions", floatArray(places, {count, 3}));
  result.put("active", Array::vector<std::int64_t>(active));
  result.put("unstable", Array::vector<std::int64_t>(unstable));
  result.put("starts", Array::vector<std::int64_t>(found.starts));
  return result;
}

}  // namespace

/// The exact region iteration of a ReLU net with biases, iterate by iterate.
State regions(const Scene& scene, const Config& arguments, const Progress& progress) {
  const ElmanMap map = scene.net.silentMap();
  if (map.activation() != RnnActivation::Relu || map.homogeneous())
    throw ConfigError("/analyse", "regions", "a ReLU net with biases (others have no linear regions to visit)");
  const int starts = static_cast<int>(arguments.integer("starts"));
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden);
  const AlignedVector<double> from = spreadStates(scene.chains, starts);
  RegionPoints found;
  std::vector<double> segments, times;
  std::int64_t unsolved = 0;
  for (int s = 0; s < starts; ++s) {
    progress.report(static_cast<double>(s) / starts, LS_TR("visiting regions"));
    std::vector<double> state(from.begin() + s * static_cast<long>(hidden),
                              from.begin() + (s + 1) * static_cast<long>(hidden));
    std::vector<double> before = scene.portrait.of(state.data(), 1);
    double iteration = 0;
    const bool solved = reluRegionFixedPoint(map, state.data(), 100, [&](const double* iterate) {
      const std::vector<double> now = scene.portrait.of(iterate, 1);
      segments.insert(segments.end(), before.begin(), before.end());
      segments.insert(segments.end(), now.begin(), now.end());
      times.insert(times.end(), 2, ++iteration);
      before = now;
    });
    if (solved)
      found.add(state);
    else
      ++unsolved;
  }
  State result = regionState(scene, found);
  result.put("paths", floatArray(segments, {static_cast<std::int64_t>(segments.size() / 3), 3}));
  result.put("iteration", floatArray(times, {static_cast<std::int64_t>(times.size())}));
  result.putScalar<std::int64_t>("unsolved", unsolved);
  return result;
}

/// Visited states and what can colour them.
State states(const Scene& scene, const Config& arguments, const Progress&) {
  const int count = static_cast<int>(arguments.integer("count"));
  const auto n = static_cast<std::size_t>(count), hidden = static_cast<std::size_t>(scene.chains.hidden);
  const auto unit = std::min(static_cast<std::size_t>(arguments.integer("unit")), hidden - 1);
  const AlignedVector<double> h = spreadStates(scene.chains, count);
  AlignedVector<double> z(h.size()), next(h.size()), logits;
  scene.net.exact.preActivation(h.data(), count, z.data());
  scene.net.exact.step(h.data(), nullptr, count, next.data());
  std::vector<std::uint8_t> symbols;
  largestSymbols(scene.net.exact, h.data(), count, logits, symbols);
  std::vector<double> own(n), speed(n);
  for (std::size_t i = 0; i < n; ++i) {
    own[i] = z[i * hidden + unit];
    double q = 0;
    for (std::size_t u = 0; u < hidden; ++u) q += 0.5 * std::pow(next[i * hidden + u] - h[i * hidden + u], 2);
    speed[i] = std::log10(std::max(q, 1e-300));
  }
  State result;
  result.put("positions", floatArray(scene.portrait.of(h.data(), count), {count, 3}));
  result.put("preActivation", floatArray(own, {count}));
  result.put("speed", floatArray(speed, {count}));
  result.put("symbol", floatArray({symbols.begin(), symbols.end()}, {count}));
  return result;
}

}  // namespace learnscope::rnnhmm
