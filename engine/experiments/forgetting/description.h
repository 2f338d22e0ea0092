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
/// Samples of a task, and of the memory, whose features are drawn; of many tasks together at most so many.
inline constexpr int mostShown = 40, mostShownTogether = 800;
/// Of a trail of features: its places, and the evaluations between two.
inline constexpr std::size_t trailPoints = 25, trailSpacing = 2;

}  // namespace learnscope::forgetting
