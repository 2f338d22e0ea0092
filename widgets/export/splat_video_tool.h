// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/tool.h"

namespace learnscope {

/// `splats video`: a turntable of a splat file, and an object going through its states.
std::shared_ptr<const Tool> makeSplatVideoTool();

}  // namespace learnscope
