// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"

namespace learnscope {

/// Statistics of a symbol process, exact or estimated.
struct SymbolStatistics {
  int symbols = 0;
  std::vector<double> frequencies;  ///< f [K]
  std::vector<double> transitions;  ///< T [K][K], row-stochastic; a row that never occurs is NaN
  double changesPerStep = 0;        ///< share of steps that change the symbol, 0..1
};

/// A discrete hidden Markov model: z_1 uniform, P(z_{t+1} = j | z_t = i) = A_ij, P(o_t = a | z_t = i) = E_ia.
/// "Long-run average" below is the Cesaro limit from the uniform start: the stationary distribution where it is unique,
/// and well defined where it is not (reducible or periodic chains).
class HiddenMarkov {
 public:
  /// A [M][M], E [M][K] row-major, rows summing to 1 within 1e-6 (then normalised). Throws ConfigError at
  /// `pointerA`/`pointerE` naming the row.
  HiddenMarkov(std::vector<double> transition, std::vector<double> emission, int states, int symbols,
               const char* pointerA = "/hmm.transition", const char* pointerE = "/hmm.emission");

  /// Chain of M = 2..12 states, 3 symbols. `crossing`: inner and outer moves have probability q = 0.05^(1/(M-1)), so
  /// that a crossing without pause has probability 0.05 (M <= 5); else every state stays with 0.95. Torre et al. 2025.
  static HiddenMarkov linearChain(int states, bool crossing);
  /// Three states, stay 0.95, each other 0.025; own symbol 0.98.
  static HiddenMarkov fullyConnected();
  /// Four states on a ring, stay 0.95, 0.025 to each neighbour.
  static HiddenMarkov cyclic();

  int states() const { return states_; }
  int symbols() const { return symbols_; }
  const std::vector<double>& transition() const { return transition_; }
  const std::vector<double>& emission() const { return emission_; }
  /// Long-run average of the states [M].
  const std::vector<double>& stationary() const { return stationary_; }

  /// f, T = row-normalised J^(1), 1 - tr J^(1), with J^(k)_ab = sum_ij pi_i E_ia (A^k)_ij E_jb.
  SymbolStatistics statistics() const;
  /// J^(k) [K][K].
  std::vector<double> jointSymbols(int lag) const;
  /// Excess autocorrelation r_k: mean of J^(k)_cc - f_c^2 over the first and the last symbol.
  double excess(int lag) const;
  /// Moduli of the eigenvalues of A, descending.
  std::vector<double> eigenvalueModuli() const;
  /// What to know about the chain: stationary distribution not unique (reducible), oscillating (periodic).
  std::vector<std::string_view> warnings() const;

  /// `count` sequences of `length` symbols into `out` [count][length]; two uniforms a step from `random`.
  void sample(int count, int length, RandomStream& random, std::uint8_t* out) const;
  /// The same with the hidden states, into `states` [count][length].
  void sample(int count, int length, RandomStream& random, std::uint8_t* out, std::uint8_t* states) const;

 private:
  int states_, symbols_;
  std::vector<double> transition_, emission_, stationary_;
  std::vector<double> cumulativeA_, cumulativeE_;
};

/// q of the chain rule "target"; 1 - 2q < 0 from M = 6 on.
double crossingProbability(int states);

}  // namespace learnscope
