// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/model/view.h"
#include "widgets/plots/chart.h"

namespace learnscope {

/// Draws a whole figure (legend, axes, grid, marks, annotations, colour bar) into `rect`, in points; only vectors and
/// real text, but for grids of cells.
void drawFigure(QPainter& painter, const QRectF& rect, const Chart& chart, const FigureStyle& style,
                const std::vector<Annotation>& annotations = {});
/// How far from the left edge of `rect` drawFigure() puts the axes.
double axesLeftOf(QPainter& painter, const QRectF& rect, const Chart& chart, const FigureStyle& style);

/// Draws a colour bar with its ticks into `rect`; the bar is `width` wide and stands at its left edge.
void drawColorBar(QPainter& painter, const QRectF& rect, double width, const ColorBar& bar, const DrawStyle& style);
/// Width of the widest tick label of a colour bar plus `width` and its gap.
double colorBarWidth(const QPainter& painter, double width, const ColorBar& bar, const DrawStyle& style, double height);

}  // namespace learnscope
