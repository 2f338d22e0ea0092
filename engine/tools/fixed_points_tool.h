// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/tool.h"

namespace learnscope {

/// Fixed and slow points, spectra, basins and flow field of a user's own recurrent net.
std::shared_ptr<const Tool> makeFixedPointsTool();

}  // namespace learnscope
