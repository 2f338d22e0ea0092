// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/experiments/rnn_hmm/analysis_scene.h"

namespace learnscope::rnnhmm {
namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

}  // namespace

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

}  // namespace learnscope::rnnhmm
