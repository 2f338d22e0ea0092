// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::partmotion {

/// Part motion in 3D Gaussians (Gao et al. 2025, arXiv 2503.19913).
std::shared_ptr<const Lab> makeLab();

}  // namespace learnscope::partmotion
