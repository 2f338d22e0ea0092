// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"
#include "engine/experiments/rich_lazy/world.h"

namespace learnscope::richlazy {

std::vector<Parameter> parameters();
/// Measures of a run; tables by structure and seed carry the structures' names.
std::vector<Measure> measures(const std::vector<Structure>& structures);
std::vector<AnalysisDescription> analyses();
std::vector<InterventionDescription> interventions();

}  // namespace learnscope::richlazy
