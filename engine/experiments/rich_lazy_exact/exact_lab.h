// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::richlazyexact {

/// Networks whose learning has a closed form, trained beside it: two-layer linear nets (Saxe et al. 2013; Domine et al.
/// 2024), the rank theorem, diagonal nets (Woodworth et al. 2020) and the output scale (Chizat et al. 2019).
std::shared_ptr<const Lab> makeLab();

}  // namespace learnscope::richlazyexact
