// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/model/view.h"
#include "widgets/plots/chart.h"

namespace learnscope {

/// A font of `pt` points for a painter whose unit is 1/72 inch, whatever the resolution of its device.
QFont figureFont(const QPainter& painter, double pt);
/// The theme that a figure style asks for: the light one on white unless dark; transparent ones keep their colours.
Theme figureTheme(const FigureStyle& style);

/// Draws a whole figure (title, legend, axes, grid, marks, colour bar) into `rect`, in points; only vectors and real
/// text, but for grids of cells.
void drawFigure(QPainter& painter, const QRectF& rect, const Chart& chart, const FigureStyle& style);

/// Draws a colour bar with its ticks into `rect`; the bar is `width` wide and stands at its left edge.
void drawColorBar(QPainter& painter, const QRectF& rect, double width, const ColorBar& bar, const DrawStyle& style);
/// Width of the widest tick label of a colour bar plus `width` and its gap.
double colorBarWidth(const QPainter& painter, double width, const ColorBar& bar, const DrawStyle& style, double height);

}  // namespace learnscope
