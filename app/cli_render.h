// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/core/lab.h"

namespace learnscope::cli {

/// One figure of a run file: a view of the lab's page at a step.
struct RenderRequest {
  std::string file;
  std::string view;
  std::int64_t step = -1;  ///< -1: the last one
  std::string out;         ///< .pdf, .svg or .png
  double widthMm = 85, heightMm = 60, fontPt = 8, dpi = 300;
  bool dark = false;
};

/// Refuses a view that the lab's page does not have, and a suffix that is no figure's; throws ConfigError.
void checkRender(const Lab& lab, const RenderRequest& request);
/// Draws the figure without a display. Makes a QApplication (offscreen) if there is none.
void renderFigure(const std::shared_ptr<const Lab>& lab, const RenderRequest& request);

}  // namespace learnscope::cli
