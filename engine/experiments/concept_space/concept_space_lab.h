// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::concept_space {

/// Hidden capabilities in concept space (Park et al. 2024, arXiv 2406.19370; Yang et al. 2025, arXiv 2410.08309).
std::shared_ptr<const Lab> makeLab();

}  // namespace learnscope::concept_space
