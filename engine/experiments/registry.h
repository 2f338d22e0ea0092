// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/registry.h"

namespace learnscope {

/// Every lab and tool that ships with the program: one line each.
Registry builtinLabs();

}  // namespace learnscope
