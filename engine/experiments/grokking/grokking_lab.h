// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::grokking {

/// Three stages of feature emergence on a group's multiplication table (Tian 2025, arXiv 2509.21519).
std::shared_ptr<const Lab> makeLab();

}  // namespace learnscope::grokking
