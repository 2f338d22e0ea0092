// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/data/hidden_markov.h"

namespace learnscope {

/// Equally long sequences of symbols 0..K-1, [count][length] row-major.
struct SymbolSequences {
  int count = 0, length = 0, symbols = 0;
  std::vector<std::uint8_t> values;
  std::span<const std::uint8_t> row(int i) const {
    return {values.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(length),
            static_cast<std::size_t>(length)};
  }
};

/// Estimates from data: frequencies, transitions (NaN rows for symbols never left), changes per step.
SymbolStatistics statisticsOf(const SymbolSequences& data);
/// Mean over the first and last symbol c of P(o_t = c, o_{t+k} = c) - f_c^2; NaN if lag >= length.
double excessOf(const SymbolSequences& data, int lag);
/// Changes of symbol in each sequence [count].
std::vector<double> changesOf(const SymbolSequences& data);

enum class Ragged { Refuse, Cut };

/// Reads a user's file: one sequence a line, integers 0..K-1 separated by blanks or commas, optional header "# K=3"
/// (else K = largest symbol + 1, at least 2). Lines of unequal length are refused, or all cut to the shortest.
/// At most 10^6 lines, 1 GB. Throws DataError (line and column), IoError.
SymbolSequences readSymbolFile(const std::string& path, Ragged ragged);
/// The same from text; `name` is said in errors.
SymbolSequences parseSymbols(std::string_view text, const std::string& name, Ragged ragged);

}  // namespace learnscope
