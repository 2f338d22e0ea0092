// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/core/aligned.h"
#include "engine/core/state.h"
#include "engine/models/batch_order.h"
#include "engine/models/two_layer_options.h"

namespace learnscope {

/// What every backend of the two-layer trainer saves, so that a checkpoint of one opens in another of the same
/// precision.
template <class T>
struct TrainerState {
  int order = 0;
  int hidden = 0;
  AlignedVector<T> inputWeights, inputMoment1, inputMoment2;     ///< [2M, K]
  AlignedVector<T> outputWeights, outputMoment1, outputMoment2;  ///< [K, M]
  std::int64_t steps = 0;
  std::int64_t optimizerSteps = 0;
  int initialHidden = 0;
  BatchOrder::Position position;
};

template <class T>
State toState(const TrainerState<T>& values);
/// Throws DataError (missing names, shapes that do not fit order M, another precision, negative counters).
template <class T>
TrainerState<T> fromState(const State& state, int order);

/// Throws ConfigError naming every option that differs and is not live.
void requireOnlyLiveChanges(const TwoLayerOptions& now, const TwoLayerOptions& then);

/// [rows, columns] -> [rows, more], new columns zero.
template <class T>
void growColumns(const AlignedVector<T>& from, int rows, int columns, int more, AlignedVector<T>& to);

}  // namespace learnscope
