// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/description.h"

namespace learnscope::concept_space {

/// Parameters; the default classes held out follow the number of concepts.
std::vector<Parameter> parameters(int concepts);
/// `concepts`: their names where the config knows them, else empty.
std::vector<Measure> measures(const std::vector<std::string>& concepts);
/// Which concept overprompts and latent steps are about.
std::vector<Choice> conceptChoices();
std::vector<AnalysisDescription> analyses();
std::vector<InterventionDescription> interventions();

}  // namespace learnscope::concept_space
