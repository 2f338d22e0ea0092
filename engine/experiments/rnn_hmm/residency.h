// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/experiments/rnn_hmm/simulation.h"

namespace learnscope::rnnhmm {

/// Zones of state space (Torre et al. 2025): transition RT < 2; kick 2 <= RT <= 8; cluster RT > 8 and a softmax above
/// 0.8; everything else is unassigned.
enum class Zone : std::uint8_t { Unassigned = 0, Cluster = 1, Kick = 2, Transition = 3 };

/// From each state 20 noisy rollouts until the largest logit changes, at most 60 steps. Monte Carlo in single
/// precision.
struct Residency {
  std::vector<double> steps;        ///< RT, mean over the rollouts, 1..60
  std::vector<double> signChanges;  ///< mean sign changes of the steps of the starting symbol's logit
  std::vector<double> certainty;    ///< largest softmax of the logits at the state
  std::vector<Zone> zones;
};
Residency residency(const EffectiveRnn<float>& net, const std::vector<float>& states, BulkStream noise);

/// Exits per step of each largest symbol.
struct ExitRates {
  std::vector<double> rates;      ///< exits from symbol a per step in it [K]; NaN if never visited
  std::vector<double> occupancy;  ///< share of steps with that symbol [K]
};
ExitRates exitRates(const EffectiveRnn<float>& net, int chains, int steps, BulkStream noise);
/// The net with the recurrent drive of some units taken away.
EffectiveRnn<float> ablated(EffectiveRnn<float> net, const std::vector<int>& units);
/// e_u: exit rate from each symbol with unit u's recurrent drive off, minus that of the intact net [H][K]; 60 chains of
/// 140 steps after 20, the same noise for all units. `report` is called with 0..1.
std::vector<double> unitEffects(const EffectiveRnn<float>& net, BulkStream noise,
                                const std::function<void(double)>& report);

}  // namespace learnscope::rnnhmm
