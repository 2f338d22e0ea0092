// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"

namespace learnscope::grokking {

std::vector<Parameter> parameters();
/// Measures of a run; those of features only where the operation is a group.
std::vector<Measure> measures(bool features);
std::vector<AnalysisDescription> analyses(bool features);
std::vector<InterventionDescription> interventions();

}  // namespace learnscope::grokking
