// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"

namespace learnscope::concept_space {

/// Parameters; the default classes held out follow the number of concepts.
std::vector<Parameter> parameters(int concepts);
std::vector<Measure> measures();
std::vector<AnalysisDescription> analyses();
std::vector<InterventionDescription> interventions();

}  // namespace learnscope::concept_space
