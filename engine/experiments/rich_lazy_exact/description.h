// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/config.h"
#include "engine/core/description.h"

namespace learnscope::richlazyexact {

std::vector<Parameter> parameters();
/// Measures of all problems; their items are named as the config says.
std::vector<Measure> measures(const Config& config);
std::vector<EventRule> eventRules();

}  // namespace learnscope::richlazyexact
