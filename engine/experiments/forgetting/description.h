// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"

namespace learnscope::forgetting {

std::vector<Parameter> parameters();
/// Measures of a run; tables by task carry the tasks' names.
std::vector<Measure> measures(const std::vector<std::string>& tasks);
std::vector<AnalysisDescription> analyses();
std::vector<InterventionDescription> interventions();
std::vector<EventRule> eventRules();

/// Cells a side of the landscape's sheets.
inline constexpr int sheetSide = 21;
/// Points of a straight line between two solutions.
inline constexpr int linePoints = 11;
/// Columns of the terrain of accuracies.
inline constexpr int terrainColumns = 120;
/// Samples of a task whose features are drawn.
inline constexpr int shownFeatures = 40;

}  // namespace learnscope::forgetting
