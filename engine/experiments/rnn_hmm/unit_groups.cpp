// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/unit_groups.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/experiments/rnn_hmm/dynamics.h"

namespace learnscope::rnnhmm {
namespace {

/// Sums of pre-activations of every unit.
class Mean {
 public:
  explicit Mean(std::size_t hidden) : sum_(hidden, 0.0), squares_(hidden, 0.0) {}
  void add(const AlignedVector<double>& z) {
    for (std::size_t u = 0; u < sum_.size(); ++u) {
      sum_[u] += z[u];
      squares_[u] += z[u] * z[u];
    }
    n_ += 1;
  }
  std::vector<double> value() const {
    std::vector<double> mean(sum_.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t u = 0; u < mean.size() && n_ > 0; ++u) mean[u] = sum_[u] / n_;
    return mean;
  }
  std::vector<double> deviation() const {
    std::vector<double> sd = value();
    for (std::size_t u = 0; u < sd.size(); ++u) sd[u] = std::sqrt(std::max(0.0, squares_[u] / n_ - sd[u] * sd[u]));
    return sd;
  }

 private:
  std::vector<double> sum_, squares_;
  double n_ = 0;
};

std::vector<std::int64_t> ascending(const std::vector<double>& key) {
  std::vector<std::int64_t> order(key.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return key[static_cast<std::size_t>(a)] < key[static_cast<std::size_t>(b)];
  });
  return order;
}

}  // namespace

std::vector<std::int64_t> causalRank(std::span<const double> effects, int symbols, std::size_t symbol) {
  const auto k = static_cast<std::size_t>(symbols);
  std::vector<double> own(effects.size() / k);
  for (std::size_t u = 0; u < own.size(); ++u) {
    own[u] = effects[u * k + symbol];
    // A symbol that a net without the unit never emits says nothing about leaving it.
    if (!std::isfinite(own[u])) own[u] = std::numeric_limits<double>::infinity();
  }
  return ascending(own);
}

Signature signatures(const EffectiveRnn<double>& exact, const EffectiveRnn<float>& single, const Chains& chains,
                     std::size_t symbol, BulkStream noise) {
  constexpr int kSampled = 600;
  const auto hidden = static_cast<std::size_t>(chains.hidden);
  const AlignedVector<double> states = spreadStates(chains, kSampled);
  const Residency stay = residency(single, {states.begin(), states.end()}, noise);
  std::vector<Mean> zones(4, Mean(hidden));
  Mean after(hidden), all(hidden);
  AlignedVector<double> z(hidden), logits;
  std::vector<std::uint8_t> symbols;
  largestSymbols(exact, states.data(), kSampled, logits, symbols);
  for (std::size_t i = 0; i < kSampled; ++i) {
    exact.preActivation(states.data() + i * hidden, 1, z.data());
    all.add(z);
    if (symbols[i] == symbol) zones[static_cast<std::size_t>(stay.zones[i])].add(z);
  }
  Signature result;
  result.active.assign(hidden, 0.0);
  for (int i = 0; i < chains.chains; ++i)
    for (int t = 1; t < chains.steps; ++t) {
      const double* h = chains.state(t, i);
      for (std::size_t u = 0; u < hidden; ++u) result.active[u] += h[u] > 0;
      if (chains.symbol(t - 1, i) != symbol || chains.symbol(t, i) == symbol) continue;
      exact.preActivation(h, 1, z.data());
      after.add(z);
    }
  for (double& share : result.active) share /= static_cast<double>(chains.chains) * (chains.steps - 1);
  for (std::size_t zone = 0; zone < 4; ++zone) result.zones[zone] = zones[zone].value();
  result.after = after.value();
  result.score.assign(hidden, std::numeric_limits<double>::quiet_NaN());
  const std::vector<double> deviation = all.deviation();
  const std::vector<double>& cluster = result.zones[static_cast<std::size_t>(Zone::Cluster)];
  for (std::size_t u = 0; u < hidden; ++u)
    if (cluster[u] < 0 && result.after[u] > 0 && deviation[u] > 0)
      result.score[u] = (result.after[u] - cluster[u]) / deviation[u];
  return result;
}

std::vector<std::int64_t> integratingUnits(std::span<const double> w, std::span<const std::int64_t> first,
                                           std::span<const std::int64_t> second, std::size_t count) {
  const auto hidden = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(w.size()))));
  const auto mean = [&](std::size_t unit, std::span<const std::int64_t> from) {
    double sum = 0;
    for (const std::int64_t source : from) sum += w[unit * hidden + static_cast<std::size_t>(source)];
    return from.empty() ? 0 : sum / static_cast<double>(from.size());
  };
  const auto among = [](std::span<const std::int64_t> group, std::int64_t unit) {
    return std::find(group.begin(), group.end(), unit) != group.end();
  };
  std::vector<double> product(hidden);
  for (std::size_t u = 0; u < hidden; ++u) product[u] = mean(u, first) * mean(u, second);
  std::vector<std::int64_t> chosen;
  for (const std::int64_t unit : ascending(product)) {
    if (chosen.size() == count || !(product[static_cast<std::size_t>(unit)] < 0)) break;
    if (!among(first, unit) && !among(second, unit)) chosen.push_back(unit);
  }
  return chosen;
}

}  // namespace learnscope::rnnhmm
