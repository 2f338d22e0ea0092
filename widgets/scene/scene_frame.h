// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/scene/scene_binder.h"

namespace learnscope {

/// Axes and floor of a scene whose marks and bounds are there; the bounds grow to hold the axes.
void addFrame(const SceneSpec& spec, const SceneSource& source, const Theme& theme, SceneSnapshot& out);

}  // namespace learnscope
