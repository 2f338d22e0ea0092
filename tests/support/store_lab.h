// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/registry.h"
#include "engine/core/run.h"

namespace learnscope::test {

/// A lab that only describes measures (scalars loss, accuracy, time; arrays weights, tasks), for tests of the store.
std::shared_ptr<const Lab> storeLab();
Registry storeRegistry();

/// Info of a run of it, with everything set that a file keeps.
RunInfo storeInfo(std::uint64_t seed = 7);

/// Writes steps first..last of a made-up history: scalars every step, arrays every 10, an event at 20, a journal entry
/// at 30, checkpoints every 50.
void recordSteps(Run& run, std::int64_t first, std::int64_t last);
Array weightsAt(std::int64_t step);
State stateOfStep(std::int64_t step);
double lossAt(std::int64_t step);

}  // namespace learnscope::test
