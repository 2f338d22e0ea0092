// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::richlazy {

/// How the initial wiring of a recurrent net decides whether it learns richly or lazily (Liu et al. 2024, arXiv
/// 2310.08513).
std::shared_ptr<const Lab> makeLab();

}  // namespace learnscope::richlazy
