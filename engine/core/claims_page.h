// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/claims.h"

namespace learnscope {

/// Refuses presets that claims cannot be about: ConfigError naming the place.
void checkPresets(const Json& page);

/// Reads "claims" of a page; names of presets, measures, events and parameters are those of the page and `description`.
/// Throws ConfigError naming the place.
std::vector<Claim> parseClaims(const Json& page, const Description& description);

}  // namespace learnscope
