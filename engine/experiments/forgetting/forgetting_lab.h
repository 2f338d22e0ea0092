// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::forgetting {

/// Forgetting curves and the stability gap: a stream of tasks, one small network, every old task judged after every
/// update.
std::shared_ptr<const Lab> makeLab();

}  // namespace learnscope::forgetting
