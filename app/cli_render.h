// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/lab.h"
#include "widgets/model/figure_style.h"

namespace learnscope::cli {

/// One figure of a run file: views of the lab's page at a step.
struct RenderRequest {
  std::string file;
  std::vector<std::string> views;
  std::int64_t step = -1;  ///< -1: the last one
  std::string out;         ///< .pdf, .svg, .png, .tif or .tiff
  FigureStyle style;
};

/// Refuses views that the lab's page does not have, also in the style's panels, and a suffix that is no figure's;
/// throws ConfigError.
void checkRender(const Lab& lab, const RenderRequest& request);
/// Draws the figure without a display. Makes a QApplication (offscreen) if there is none.
void renderFigure(const std::shared_ptr<const Lab>& lab, const RenderRequest& request);

}  // namespace learnscope::cli
