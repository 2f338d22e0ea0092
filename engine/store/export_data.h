// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/run.h"

namespace learnscope {

/// `measures` empty: all that were recorded; a name that was not is a ConfigError.
/// Tidy CSV: columns step, measure, value; or wide: step and one column a measure. A comment line carries lab, seed,
/// config and version. Written aside, then renamed. Throws IoError.
void exportCsv(const Run& run, const std::vector<std::string>& measures, const std::string& path, bool wide);
/// Every scalar as <id>_step, <id>_value; every array measure stacked as <id>_step, <id> when shapes agree, else one
/// member a step (<id>_<step>); item ids, where there are any, as <id>_ids. Member `metadata`: JSON text as uint8.
void exportNpz(const Run& run, const std::vector<std::string>& measures, const std::string& path);

/// {"learnscope": metadata, "scalars": {id: {"step": [...], "value": [...]}}, "arrays": {id: [{"step", "dtype",
/// "shape", "ids", "values"}]}, "events": [...], "journal": [...]}; values as nested rows, NaN as null, infinities as
/// "inf" and "-inf".
void exportJson(const Run& run, const std::vector<std::string>& measures, const std::string& path);

}  // namespace learnscope
