// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/core/random_stream.h"

namespace learnscope {

/// How a glyph is drawn.
struct GlyphOptions {
  int size = 28;          ///< S: pixels a side
  double difficulty = 1;  ///< h >= 0: how far tilt, scale, shear, shift and warp vary
  double rotation = 0;    ///< degrees that the whole task is turned by
};

/// Draws one of ten digits as stroke polylines in [-1, 1]^2, varied and rasterised over [-1.2, 1.2]^2: a pixel is
/// clip(1 - (d - w)/0.12, 0, 1) with d the distance to the nearest stroke and w the half width, plus N(0, 0.05^2),
/// clipped to [0, 1]. Row 0 is the top. `pixels` holds size * size values. Throws std::invalid_argument on a digit
/// outside 0..9 or another number of pixels.
void drawGlyph(int digit, const GlyphOptions& options, RandomStream& random, std::span<float> pixels);

}  // namespace learnscope
