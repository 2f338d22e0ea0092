// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/config.h"
#include "engine/splats/rasteriser.h"
#include "engine/splats/splat_view.h"

namespace learnscope {

// What tools that draw splats have in common.

Parameter splatFileParameter(const char* id, const char* title);
Parameter upParameter();
Parameter numberParameter(const char* id, const char* title, double fallback, const char* doc, double low, double high,
                          const char* unit = "");
Parameter wholeParameter(const char* id, const char* title, int fallback, const char* doc, int low, int high,
                         const char* unit = "");

/// A camera on its orbit: up, azimuth, elevation, distance, fieldOfView.
std::vector<Parameter> orbitParameters();
splats::OrbitView orbitOf(const Config& arguments);

/// background, shape, degree, opacityCut, scale, threads.
std::vector<Parameter> lookParameters();
/// Throws ConfigError for an unknown background.
splats::RenderOptions lookOf(const Config& arguments);

}  // namespace learnscope
