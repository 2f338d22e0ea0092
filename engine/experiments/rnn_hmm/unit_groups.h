// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/experiments/rnn_hmm/residency.h"

namespace learnscope::rnnhmm {

/// Units by the change e_u of the exit rate from `symbol` when they are off, most negative first; `effects` [H][K].
std::vector<std::int64_t> causalRank(std::span<const double> effects, int symbols, std::size_t symbol);

/// Pre-activations of every unit [H] around one symbol. NaN where nothing was seen.
struct Signature {
  std::array<std::vector<double>, 4> zones;  ///< mean in each Zone, among states with that symbol
  std::vector<double> after;                 ///< mean one step after an exit
  std::vector<double> active;                ///< share of all time with h > 0
  std::vector<double> score;                 ///< (after - cluster) / sd, where cluster < 0 < after (Torre et al.)
};
/// Zones from the residency of 600 states spread over the chains.
Signature signatures(const EffectiveRnn<double>& exact, const EffectiveRnn<float>& single, const Chains& chains,
                     std::size_t symbol, BulkStream noise);

/// Units that one group excites and the other inhibits: mean incoming weight from `first` times that from `second`,
/// most negative first (Torre et al.: 70 of 150 units); members of the groups left out, at most `count`. w [H][H].
std::vector<std::int64_t> integratingUnits(std::span<const double> w, std::span<const std::int64_t> first,
                                           std::span<const std::int64_t> second, std::size_t count);

}  // namespace learnscope::rnnhmm
