// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QImage>
#include <QPainter>
#include <QRectF>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "widgets/model/category_mark.h"
#include "widgets/model/theme.h"
#include "widgets/plots/scale_map.h"

namespace learnscope {

// What one 2D view shows, as plain values in axis coordinates (see ScaleMap): the window and a figure draw the same
// chart, one in pixels and one in points.

/// A line through points; a NaN breaks it.
struct Polyline {
  std::vector<QPointF> points;
  QColor color;
  double width = 1;  ///< in units of the style's line width
  int dash = 0;      ///< as Theme::dash
  bool operator==(const Polyline&) const = default;
};
/// The area between two curves over the same x.
struct Ribbon {
  std::vector<double> x, low, high;
  QColor color;
  bool operator==(const Ribbon&) const = default;
};
/// A rectangle that stands for an item.
struct Box {
  QRectF rect;
  QColor color;
  bool selected = false;
  bool operator==(const Box&) const = default;
};
struct Boxes {
  std::vector<Box> boxes;
  bool operator==(const Boxes&) const = default;
};
/// A grid of cells: one pixel of `image` is one cell, the first row at `extent`'s low y (or high, as the image's rows
/// run down).
struct Cells {
  QImage image;
  QRectF extent;
  std::vector<QRectF> selected;  ///< outlined
  bool operator==(const Cells&) const = default;
};
struct Dot {
  QPointF at;
  double radius = 3;  ///< in units of the style's line width
  QColor color;
  bool selected = false;
  QString label;
  bool hollow = false;  ///< a ring
  CategoryMark mark = CategoryMark::Circle;
  bool operator==(const Dot&) const = default;
};
struct Dots {
  std::vector<Dot> dots;
  bool operator==(const Dots&) const = default;
};
using Mark = std::variant<Polyline, Ribbon, Boxes, Cells, Dots>;

/// A stretch of x with a name at the top: a phase.
struct Span {
  double from = 0, to = 0;
  QString name;
  bool operator==(const Span&) const = default;
};
/// A thin line at x with a label: an event, one of many events (`minor`, a tick), or (`pin`) something the user did.
struct Flag {
  double at = 0;
  QString label;
  bool pin = false;
  bool minor = false;
  bool operator==(const Flag&) const = default;
};
struct AxisView {
  QString title;
  ScaleMap scale;
  double low = 0, high = 1;  ///< coordinates
  std::vector<Tick> named;   ///< instead of round ticks, when there are names
  bool integers = false;     ///< only whole numbers are ticked
  bool reversed = false;     ///< low at the top
  std::vector<Tick> ticks(int count) const;
  bool operator==(const AxisView&) const = default;
};
struct LegendEntry {
  enum class Shape { Line, Square, Dot };
  QString label;
  QColor color;
  Shape shape = Shape::Line;
  int dash = 0;
  CategoryMark mark = CategoryMark::Circle;  ///< of a dot
  bool operator==(const LegendEntry&) const = default;
};
struct ColorBar {
  QString title, map;
  double low = 0, high = 1;
  bool operator==(const ColorBar&) const = default;
};
struct Chart {
  QString title;
  AxisView x, y;
  std::vector<Span> spans;
  std::vector<Mark> marks;
  std::vector<Flag> flags;
  std::vector<LegendEntry> legend;
  std::optional<ColorBar> bar;
  bool equalAspect = false;
  bool grid = true;
  bool framed = false;  ///< its ranges were chosen: what crosses them is cut
  QString empty;        ///< what will fill it, while there is nothing to show
  bool operator==(const Chart&) const = default;
};

/// From coordinates to the painter's units.
struct Mapper {
  QRectF rect;
  double xLow = 0, xHigh = 1, yLow = 0, yHigh = 1;
  bool yReversed = false;

  static Mapper of(const QRectF& rect, const AxisView& x, const AxisView& y);
  double x(double coordinate) const { return rect.left() + (coordinate - xLow) / (xHigh - xLow) * rect.width(); }
  double y(double coordinate) const {
    const double up = (coordinate - yLow) / (yHigh - yLow);
    return yReversed ? rect.top() + up * rect.height() : rect.bottom() - up * rect.height();
  }
  QPointF point(const QPointF& p) const { return {x(p.x()), y(p.y())}; }
  /// Upright rectangle of a coordinate rectangle.
  QRectF box(const QRectF& r) const { return QRectF(point(r.topLeft()), point(r.bottomRight())).normalized(); }
};

/// How marks are drawn: `unit` is the width of a line in the painter's units.
struct DrawStyle {
  Theme theme;
  QFont font;
  double unit = 1;
  bool antialias = true;
  double rasterScale = 0;  ///< pixels per painter unit that grids of cells are enlarged to; 0: left to the painter
};

/// Soft bands with their names at the top.
void drawSpans(QPainter& painter, const Mapper& mapper, const std::vector<Span>& spans, const DrawStyle& style);
/// Lines of events with labels that never overlap (those without a place stay unlabelled), and pins on the lower edge.
void drawFlags(QPainter& painter, const Mapper& mapper, const std::vector<Flag>& flags, double top,
               const DrawStyle& style);
/// Draws one mark so that no coordinate leaves the mapper's rectangle.
void drawMark(QPainter& painter, const Mapper& mapper, const Mark& mark, const DrawStyle& style);
/// The sample of a legend entry, centred on `rect`'s height.
void drawLegendSample(QPainter& painter, const QRectF& rect, const LegendEntry& entry, double unit);

/// Columns that figures thin long lines to: enough for any page, 350 an inch on two columns of text.
inline constexpr int figureColumns = 2400;

/// Keeps the first, lowest, highest and last point of each of `columns` equal slices of [low, high]: what a plot of
/// that many pixels shows cannot be told from the whole. Gaps (NaN) stay.
std::vector<QPointF> thinned(const std::vector<QPointF>& points, double low, double high, int columns);

}  // namespace learnscope
