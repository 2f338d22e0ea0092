// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"

namespace learnscope::rnnhmm {

std::vector<Parameter> parameters();
std::vector<Measure> measures();
std::vector<AnalysisDescription> analyses();
std::vector<InterventionDescription> interventions();

}  // namespace learnscope::rnnhmm
