// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/tool.h"

namespace learnscope::partmotion {

/// `splats move`: a trained network moves an object of a file by drags of a file.
std::shared_ptr<const Tool> makeMoveTool();
/// `splats outputs`: the states, drags, pictures, numbers and events of a run, as files.
std::shared_ptr<const Tool> makeOutputsTool();

}  // namespace learnscope::partmotion
