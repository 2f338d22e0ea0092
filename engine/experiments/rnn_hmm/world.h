// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/core/config.h"
#include "engine/data/symbol_sequences.h"
#include "engine/models/symbol_rnn_trainer.h"

namespace learnscope::rnnhmm {

/// Lags at which the excess autocorrelation is compared.
inline constexpr int kLags = 20;

/// Where target sequences come from: a hidden Markov model with exact statistics, or a user's symbol file with its own.
class World {
 public:
  /// Throws ConfigError, DataError, IoError.
  explicit World(const Config& config);

  int symbols() const { return symbols_; }
  const HiddenMarkov* chain() const { return chain_ ? &*chain_ : nullptr; }
  const SymbolSequences* file() const { return file_ ? &*file_ : nullptr; }
  const SymbolStatistics& statistics() const { return statistics_; }
  /// r_1 .. r_20 at [lag - 1]; NaN where a file's sequences are too short.
  const std::vector<double>& excess() const { return excess_; }
  /// Longest sequence that can be drawn.
  int longest() const { return file_ ? file_->length : 400; }

  /// `count` sequences of `length` symbols [count][length].
  void sample(int count, int length, RandomStream& random, std::uint8_t* out) const;

 private:
  std::optional<HiddenMarkov> chain_;
  std::optional<SymbolSequences> file_;
  int symbols_ = 3;
  SymbolStatistics statistics_;
  std::vector<double> excess_;
};

RnnShape shapeOf(const Config& config, int symbols);
/// What the config says, with the curriculum's window at `step`.
RnnTraining trainingOf(const Config& config, std::int64_t step = 0);
/// Window of the curriculum at `step`: the last entry whose step has been reached, else `train.window`.
int windowAt(const Config& config, std::int64_t step);
/// What is wrong with the window, its curriculum and the length against a world's longest sequence.
std::vector<Problem> windowProblems(const Config& config, int longest);
/// "every" and multiples: how often groups of measures are recorded, in steps.
std::int64_t spacing(const Config& config, std::string_view cadence);

}  // namespace learnscope::rnnhmm
