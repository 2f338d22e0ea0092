// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/core/registry.h"
#include "engine/core/run.h"

namespace learnscope {

/// What was done to a run, from the start of its oldest ancestor: see scriptOf. Throws ConfigError if the file of an
/// ancestor is not there; IoError.
Json runScript(const Registry& registry, const std::shared_ptr<Run>& run);
/// Writes it as a script for `learnscope run --script`.
void saveScript(const Registry& registry, const std::shared_ptr<Run>& run, const std::string& path);

}  // namespace learnscope
