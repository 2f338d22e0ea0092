// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/data/symbol_sequences.h"
#include "engine/models/bulk_stream.h"
#include "engine/models/symbol_rnn.h"

namespace learnscope::rnnhmm {

/// Noise for an analysis at a step: a stream that depends on (seed, purpose, step) alone, so that analyses never move
/// one another.
BulkStream analysisNoise(std::uint64_t seed, std::string_view purpose, std::int64_t step = 0);

/// Parallel runs of a net under noise, in double precision. States are time-major.
struct Chains {
  int chains = 0, steps = 0, hidden = 0, symbols = 0;
  AlignedVector<double> states;       ///< [steps][chains][H]
  AlignedVector<double> logits;       ///< [steps][chains][K]
  std::vector<std::uint8_t> largest;  ///< argmax of the logits [steps][chains]

  const double* state(int step, int chain) const {
    return states.data() +
           (static_cast<std::size_t>(step) * static_cast<std::size_t>(chains) + static_cast<std::size_t>(chain)) *
               static_cast<std::size_t>(hidden);
  }
  std::uint8_t symbol(int step, int chain) const {
    return largest[static_cast<std::size_t>(step) * static_cast<std::size_t>(chains) + static_cast<std::size_t>(chain)];
  }
  std::size_t rows() const { return static_cast<std::size_t>(steps) * static_cast<std::size_t>(chains); }
};

/// `chains` runs from h_0 = 0, `burnIn` steps dropped, `steps` kept.
Chains simulate(const EffectiveRnn<double>& net, int chains, int burnIn, int steps, BulkStream noise);
/// One step of n states under fresh noise, in place; `work` is resized as needed.
template <class T>
void noisyStep(const EffectiveRnn<T>& net, AlignedVector<T>& h, int n, BulkStream& noise, AlignedVector<T>& work);
/// argmax of the logits of n states.
template <class T>
void largestSymbols(const EffectiveRnn<T>& net, const T* h, int n, AlignedVector<T>& logits,
                    std::vector<std::uint8_t>& symbols);

/// Symbol sequences sampled from a net (Gumbel) from h_0 = 0, in single precision as in training.
SymbolSequences generate(const EffectiveRnn<float>& net, int count, int length, BulkStream noise, BulkStream gumbel);
/// The same from given Chains: one sample of symbols at every kept step.
SymbolSequences sampleSymbols(const Chains& chains, BulkStream gumbel);

}  // namespace learnscope::rnnhmm
