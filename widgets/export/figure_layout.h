// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "widgets/model/view.h"

namespace learnscope {

/// Where `count` views stand in `rect`, by the style's arrangement, columns and gap. Without columns a grid takes the
/// number that keeps its cells nearest to 4:3; the cells of a last row that is not full are as wide as the others.
/// Units are the painter's: points.
std::vector<QRectF> figureCells(int count, bool firstLeads, const QRectF& rect, const FigureStyle& style);

/// "a", "B", "(c)"; "" where the style has no letters. After z comes aa.
QString panelLetter(int index, FigureStyle::Letters letters);

/// Paints views into `rect`, in points (1/72 inch), so a painter of pixels is scaled by dpi / 72 first: background,
/// letters and titles in a strip above each view, the views with their axes lined up by columns, annotations on panels.
/// Arrangement::Auto lets a 3D scene lead when it is the first of several. Throws what View::paintFigure throws.
void paintFigure(QPainter& painter, const QRectF& rect, std::span<View* const> views, const FigureStyle& style);

}  // namespace learnscope
