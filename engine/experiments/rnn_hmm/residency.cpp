// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/residency.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope::rnnhmm {
namespace {

constexpr int kRollouts = 20, kCap = 60;

/// The rollouts that have not left their symbol yet.
struct Open {
  AlignedVector<float> states, work, logits;
  std::vector<std::size_t> origin;
  std::vector<std::uint8_t> symbols, start;
  std::vector<float> logit;  // of the starting symbol
  std::vector<int> sign;     // of its last step

  void keep(std::size_t from, std::size_t to, std::size_t hidden) {
    if (from == to) return;
    std::copy_n(states.begin() + static_cast<long>(from * hidden), hidden,
                states.begin() + static_cast<long>(to * hidden));
    origin[to] = origin[from];
    start[to] = start[from];
    logit[to] = logit[from];
    sign[to] = sign[from];
  }
};

Zone zoneOf(double steps, double certainty) {
  if (steps < 2) return Zone::Transition;
  if (steps <= 8) return Zone::Kick;
  return certainty > 0.8 ? Zone::Cluster : Zone::Unassigned;
}

}  // namespace

Residency residency(const EffectiveRnn<float>& net, const std::vector<float>& states, BulkStream noise) {
  const auto hidden = static_cast<std::size_t>(net.shape.hidden), k = static_cast<std::size_t>(net.shape.symbols);
  const std::size_t n = states.size() / hidden;
  Residency result{std::vector<double>(n, 0.0), std::vector<double>(n, 0.0), std::vector<double>(n, 0.0),
                   std::vector<Zone>(n)};
  Open open;
  open.states.resize(n * kRollouts * hidden);
  for (std::size_t r = 0; r < n * kRollouts; ++r) {
    std::copy_n(states.begin() + static_cast<long>(r / kRollouts * hidden), hidden,
                open.states.begin() + static_cast<long>(r * hidden));
    open.origin.push_back(r / kRollouts);
  }
  largestSymbols(net, open.states.data(), static_cast<int>(open.origin.size()), open.logits, open.symbols);
  open.start = open.symbols;
  open.sign.assign(open.origin.size(), 0);
  open.logit.resize(open.origin.size());
  for (std::size_t r = 0; r < open.origin.size(); ++r) {
    const float* l = open.logits.data() + r * k;
    open.logit[r] = l[open.start[r]];
    double sum = 0;
    for (std::size_t a = 0; a < k; ++a) sum += std::exp(static_cast<double>(l[a] - open.logit[r]));
    result.certainty[open.origin[r]] = 1 / sum;
  }
  for (int t = 1; t <= kCap && !open.origin.empty(); ++t) {
    const std::size_t rows = open.origin.size();
    noisyStep(net, open.states, static_cast<int>(rows), noise, open.work);
    largestSymbols(net, open.states.data(), static_cast<int>(rows), open.logits, open.symbols);
    std::size_t kept = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const float now = open.logits[r * k + open.start[r]], change = now - open.logit[r];
      const int sign = change > 0 ? 1 : (change < 0 ? -1 : open.sign[r]);
      if (open.sign[r] != 0 && sign != open.sign[r]) result.signChanges[open.origin[r]] += 1.0 / kRollouts;
      open.sign[r] = sign;
      open.logit[r] = now;
      if (open.symbols[r] != open.start[r] || t == kCap)
        result.steps[open.origin[r]] += static_cast<double>(t) / kRollouts;
      else
        open.keep(r, kept++, hidden);
    }
    open.origin.resize(kept);
    open.states.resize(kept * hidden);
  }
  for (std::size_t i = 0; i < n; ++i) result.zones[i] = zoneOf(result.steps[i], result.certainty[i]);
  return result;
}

ExitRates exitRates(const EffectiveRnn<float>& net, int chains, int steps, BulkStream noise) {
  constexpr int kBurnIn = 20;
  const auto k = static_cast<std::size_t>(net.shape.symbols);
  AlignedVector<float> h(static_cast<std::size_t>(chains) * static_cast<std::size_t>(net.shape.hidden), 0.0F), work,
      logits;
  std::vector<std::uint8_t> before, now;
  std::vector<double> stays(k, 0.0), exits(k, 0.0);
  for (int t = 0; t < kBurnIn + steps; ++t) {
    noisyStep(net, h, chains, noise, work);
    before.swap(now);
    largestSymbols(net, h.data(), chains, logits, now);
    if (t <= kBurnIn) continue;
    for (std::size_t i = 0; i < now.size(); ++i) {
      stays[before[i]] += 1;
      exits[before[i]] += now[i] != before[i];
    }
  }
  ExitRates result{exits, stays};
  for (std::size_t a = 0; a < k; ++a) {
    result.rates[a] = stays[a] > 0 ? exits[a] / stays[a] : std::numeric_limits<double>::quiet_NaN();
    result.occupancy[a] = stays[a] / (static_cast<double>(chains) * (steps - 1));
  }
  return result;
}

EffectiveRnn<float> ablated(EffectiveRnn<float> net, const std::vector<int>& units) {
  for (const int u : units)
    std::fill_n(net.w.begin() + static_cast<long>(u) * net.shape.hidden, net.shape.hidden, 0.0F);
  return net;
}

std::vector<double> unitEffects(const EffectiveRnn<float>& net, BulkStream noise,
                                const std::function<void(double)>& report) {
  const ExitRates base = exitRates(net, 60, 140, noise);
  std::vector<double> effects;
  for (int u = 0; u < net.shape.hidden; ++u) {
    const ExitRates without = exitRates(ablated(net, {u}), 60, 140, noise);
    for (std::size_t a = 0; a < base.rates.size(); ++a) effects.push_back(without.rates[a] - base.rates[a]);
    report(static_cast<double>(u + 1) / net.shape.hidden);
  }
  return effects;
}

}  // namespace learnscope::rnnhmm
