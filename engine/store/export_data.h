// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/run.h"

namespace learnscope {

/// Tidy CSV: columns step, measure, value; or wide: step and one column a measure. A comment line carries lab, seed, config and
/// version. Written aside, then renamed. Throws IoError.
void exportCsv(const Run& run, const std::vector<std::string>& measures, const std::string& path, bool wide);
/// Every scalar as <id>_step, <id>_value; every array measure stacked as <id>_step, <id> when shapes agree, else one member a step.
void exportNpz(const Run& run, const std::vector<std::string>& measures, const std::string& path);

}  // namespace learnscope
