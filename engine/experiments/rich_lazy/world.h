// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/config.h"
#include "engine/data/trial_task.h"
#include "engine/models/recurrent_init.h"
#include "engine/models/trial_rnn.h"
#include "engine/store/matrix_file.h"

namespace learnscope::richlazy {

inline constexpr int smallestHidden = 10, largestHidden = 500, defaultHidden = 100;
inline constexpr std::int64_t largestKernel = 4096;  ///< rows

/// One way of wiring that the ensemble holds.
struct Structure {
  Wiring wiring = Wiring::Full;
  int rank = 0;      ///< of Rank and Aligned
  std::string name;  ///< "rank 10", "full"
};

/// The structures that the config compares, ranks ascending, in the order of the choices; never throws: unknown or
/// wrong entries are left out (the description's check names them).
std::vector<Structure> structuresOf(const Config& config);
/// Index of the full-rank structure, or -1.
int fullOf(const std::vector<Structure>& structures);

/// Throw ConfigError, DataError or IoError for what does not fit.
TrialOptions trialOptionsOf(const Config& config);
RecurrentInit initOf(const Config& config);
SquareMatrix userMatrixOf(const Config& config);
/// N: `hidden`, or where that is 0 the rows of the user's matrix (defaultHidden without one).
int hiddenOf(const Config& config);
std::vector<double> coherencesOf(const Json& list);

/// Size of the ensemble.
int seedsOf(const Config& config);

}  // namespace learnscope::richlazy
