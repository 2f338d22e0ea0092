// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/experiments/rnn_hmm/analysis_scene.h"
#include "engine/experiments/rnn_hmm/unit_groups.h"

namespace learnscope::rnnhmm {
namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

std::vector<double> effectsOf(const Scene& scene, const Progress& progress, double share) {
  return unitEffects(scene.net.single, scene.noise("effects"),
                     [&](double done) { progress.report(share * done, LS_TR("switching units off")); });
}

std::size_t symbolOf(const Scene& scene, const Config& arguments, const char* name) {
  const auto symbol = static_cast<std::size_t>(arguments.integer(name));
  if (symbol >= static_cast<std::size_t>(scene.chains.symbols))
    throw ConfigError(std::string("/") + name, std::to_string(symbol),
                      "a symbol 0.." + std::to_string(scene.chains.symbols - 1));
  return symbol;
}

/// The exit rate of the net, with the leading group off, and with as many random active units off, five times.
void compareExits(const Scene& scene, std::size_t from, std::span<const std::int64_t> group,
                  const std::vector<double>& active, const Progress& progress, State& result) {
  constexpr int kDraws = 5;
  const auto ratesWithout = [&](std::span<const std::int64_t> off) {
    return exitRates(ablated(scene.net.single, {off.begin(), off.end()}), 100, 240, scene.noise("group"));
  };
  const ExitRates base = ratesWithout({}), without = ratesWithout(group);
  std::vector<std::int64_t> lively;
  for (std::size_t u = 0; u < active.size(); ++u)
    if (active[u] > 0.02) lively.push_back(static_cast<std::int64_t>(u));
  RandomStream random(scene.seed, "controls");
  std::vector<double> controls, all{base.rates[from], without.rates[from]};
  for (int draw = 0; draw < kDraws && lively.size() >= group.size(); ++draw) {
    progress.report(0.85 + 0.03 * draw, LS_TR("random controls"));
    std::vector<std::int64_t> off = random.shuffled(lively.size());
    off.resize(group.size());
    for (std::int64_t& unit : off) unit = lively[static_cast<std::size_t>(unit)];
    controls.push_back(ratesWithout(off).rates[from]);
  }
  all.insert(all.end(), controls.begin(), controls.end());
  result.putScalar<double>("exitRate", base.rates[from]);
  result.putScalar<double>("exitRateWithout", without.rates[from]);
  result.putScalar<double>("occupancy", base.occupancy[from]);
  result.putScalar<double>("occupancyWithout", without.occupancy[from]);
  result.put("exitRateControls", Array::vector<double>(controls));
  result.put("exitRates", Array::vector<double>(all));
}

/// Mean weight of each block [4][4], NaN where a block has no units; `weights` [H][H] and `block` [H] are sorted alike.
std::vector<double> blockMeans(const std::vector<double>& weights, const std::vector<double>& block) {
  std::vector<double> sum(16, 0.0), count(16, 0.0);
  const std::size_t hidden = block.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t cell =
        4 * static_cast<std::size_t>(block[i / hidden]) + static_cast<std::size_t>(block[i % hidden]);
    sum[cell] += weights[i];
    count[cell] += 1;
  }
  for (std::size_t cell = 0; cell < 16; ++cell) sum[cell] = count[cell] > 0 ? sum[cell] / count[cell] : none;
  return sum;
}

}  // namespace

/// Causal effect and signature of every unit around one symbol; the leading group and its controls.
State units(const Scene& scene, const Config& arguments, const Progress& progress) {
  const std::size_t from = symbolOf(scene, arguments, "from");
  const auto k = static_cast<std::size_t>(scene.chains.symbols);
  const std::vector<double> effects = effectsOf(scene, progress, 0.8);
  const std::vector<std::int64_t> ranked = causalRank(effects, scene.chains.symbols, from);
  const Signature signature =
      signatures(scene.net.exact, scene.net.single, scene.chains, from, scene.noise("signature"));
  std::vector<double> own;
  own.reserve(ranked.size());
  for (const std::int64_t unit : ranked) own.push_back(effects[static_cast<std::size_t>(unit) * k + from]);
  State result;
  result.put("effect", Array::from<double>(effects, {scene.chains.hidden, scene.chains.symbols}));
  result.put("ownEffect", Array::from<double>(own, {scene.chains.hidden}, ranked));
  result.put("ranked", Array::vector<std::int64_t>(ranked));
  for (const auto& [name, zone] :
       {std::pair{"cluster", Zone::Cluster}, {"kick", Zone::Kick}, {"transition", Zone::Transition}})
    result.put(name, Array::vector<double>(signature.zones[static_cast<std::size_t>(zone)]));
  result.put("leaving", Array::vector<double>(signature.after));
  result.put("signature", Array::vector<double>(signature.score));
  result.put("active", Array::vector<double>(signature.active));
  const auto count = std::min(ranked.size(), static_cast<std::size_t>(arguments.integer("group")));
  compareExits(scene, from, std::span(ranked).first(count), signature.active, progress, result);
  return result;
}

/// W with its units in the order: leaving the first symbol, leaving the last, integrating, all others.
State blocks(const Scene& scene, const Config& arguments, const Progress& progress) {
  const int symbols = scene.chains.symbols;
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden);
  const std::vector<double> effects = effectsOf(scene, progress, 1);
  const auto group = static_cast<std::size_t>(arguments.integer("group"));
  std::vector<std::int64_t> first = causalRank(effects, symbols, 0),
                            second = causalRank(effects, symbols, static_cast<std::size_t>(symbols) - 1);
  first.resize(std::min(group, hidden / 2));
  std::erase_if(second, [&](std::int64_t u) { return std::find(first.begin(), first.end(), u) != first.end(); });
  second.resize(first.size());
  const auto most = static_cast<std::size_t>(std::lround(arguments.real("share") * static_cast<double>(hidden)));
  const std::span<const double> w(scene.net.exact.w.data(), scene.net.exact.w.size());
  std::vector<std::int64_t> integrating = integratingUnits(w, first, second, most), order = first, rest;
  // Those that the first group excites stand before those that it inhibits.
  std::stable_partition(integrating.begin(), integrating.end(), [&](std::int64_t u) {
    double sum = 0;
    for (const std::int64_t source : first)
      sum += w[static_cast<std::size_t>(u) * hidden + static_cast<std::size_t>(source)];
    return sum > 0;
  });
  order.insert(order.end(), second.begin(), second.end());
  order.insert(order.end(), integrating.begin(), integrating.end());
  for (std::int64_t u = 0; u < static_cast<std::int64_t>(hidden); ++u)
    if (std::find(order.begin(), order.end(), u) == order.end()) rest.push_back(u);
  std::vector<double> block(order.size(), 2.0), sorted;
  std::fill_n(block.begin(), first.size(), 0.0);
  std::fill_n(block.begin() + static_cast<long>(first.size()), second.size(), 1.0);
  block.insert(block.end(), rest.size(), 3.0);
  order.insert(order.end(), rest.begin(), rest.end());
  for (const std::int64_t to : order)
    for (const std::int64_t from : order)
      sorted.push_back(w[static_cast<std::size_t>(to) * hidden + static_cast<std::size_t>(from)]);
  const auto h = static_cast<std::int64_t>(hidden);
  State result;
  result.put("means", Array::from<double>(blockMeans(sorted, block), {4, 4}));
  result.put("weights", Array::from<double>(sorted, {h, h}, order));
  result.put("order", Array::vector<std::int64_t>(order));
  result.put("block", Array::from<double>(block, {h}, order));
  return result;
}

/// Mean pre-activation of the leading causal units around exits from a symbol, lags -10..10.
State exitAverage(const Scene& scene, const Config& arguments, const Progress& progress) {
  constexpr int kReach = 10;
  const auto hidden = static_cast<std::size_t>(scene.chains.hidden);
  const std::size_t from = symbolOf(scene, arguments, "from");
  std::vector<std::int64_t> ranked = causalRank(effectsOf(scene, progress, 1), scene.chains.symbols, from);
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
