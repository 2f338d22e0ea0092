// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "engine/core/state.h"
#include "engine/models/trial_rnn.h"

namespace learnscope::richlazy {

/// Puts the matrices of `count` nets of one size as arrays `prefix` + "input", "recurrent", "readout" [count, rows,
/// columns].
void putNets(State& state, const std::string& prefix, int count, int hidden,
             const std::function<const TrialRnnWeights&(int)>& net);
/// Fills the matrices, whose sizes are set. Throws DataError if the state holds another number or size.
void getNets(const State& state, const std::string& prefix, int count, const std::function<TrialRnnWeights&(int)>& net);

}  // namespace learnscope::richlazy
