// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"

namespace learnscope::partmotion {

/// `splatter`: with the defaults of that formulation.
std::vector<Parameter> parameters(bool splatter);
std::vector<Measure> measures();
std::vector<EventRule> eventRules();
std::vector<AnalysisDescription> analyses();
std::vector<InterventionDescription> interventions();

}  // namespace learnscope::partmotion
