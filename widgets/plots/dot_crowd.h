// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/chart.h"

namespace learnscope {

/// More plain dots than this in one mark are drawn as a crowd: without the thin outline that tells neighbours apart,
/// and without those that others hide.
inline constexpr std::size_t crowd = 2000;

/// Dots that a crowd may hold: discs without a label.
inline bool isPlain(const Dot& dot) {
  return !dot.selected && !dot.hollow && dot.label.isEmpty() && dot.mark == CategoryMark::Circle;
}

/// Indices, ascending, of the plain dots in the mapper's rectangle of which something is seen where all are drawn in
/// their order, looked at with pixels of `pixel` of the painter's units. `unit` as in DrawStyle.
std::vector<std::size_t> visibleDots(const std::vector<Dot>& dots, const Mapper& mapper, double unit, double pixel);

void drawCrowd(QPainter& painter, const Mapper& mapper, const std::vector<Dot>& dots, double unit);

}  // namespace learnscope
