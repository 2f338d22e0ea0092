// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/registry.h"

namespace learnscope {

/// Every lab that ships with the program: one line a lab.
Registry builtinLabs();

}  // namespace learnscope
