// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/core/trainer.h"

namespace learnscope::partmotion {

/// A run file of this lab, and its state at a step.
struct SavedRun {
  std::shared_ptr<Run> run;
  Snapshot at;
};

/// `step` -1 is the last. Throws ConfigError for another lab or a step that the run has not, DataError, IoError.
SavedRun openSavedRun(const std::string& path, std::int64_t step, const Progress& progress);

/// The parameters `run` and `step` of tools that use a run.
Parameter runParameter();
Parameter stepParameter();

}  // namespace learnscope::partmotion
