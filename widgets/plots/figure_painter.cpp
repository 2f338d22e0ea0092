// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/figure_painter.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

// Where the parts of a figure stand, in points.
struct Layout {
  QRectF axes, bar;
  double legendTop = 0;
  double yTitleX = 0;  ///< baseline x of the rotated title
};

class FigureDrawing {
 public:
  FigureDrawing(QPainter& painter, const QRectF& rect, const Chart& chart, const FigureStyle& style)
      : painter_(painter),
        rect_(rect),
        chart_(chart),
        style_(style),
        draw_{figureTheme(style), figureFont(painter, style), style.lineWidthPt, true, style.dpi / 72},
        metrics_(draw_.font, painter.device()) {}

  double axesLeft() {
    arrange();
    return layout_.axes.left() - rect_.left();
  }

  void run(const std::vector<Annotation>& annotations) {
    painter_.save();
    painter_.setRenderHint(QPainter::Antialiasing, true);
    painter_.setRenderHint(QPainter::TextAntialiasing, true);
    if (!style_.transparent) painter_.fillRect(rect_, draw_.theme.plotBackground);
    arrange();
    const Mapper mapper = Mapper::of(layout_.axes, chart_.x, chart_.y);
    if (style_.markers) drawSpans(painter_, mapper, chart_.spans, draw_);
    if (chart_.grid && style_.grid) grid(mapper);
    marks(mapper);
    const double underSpans = layout_.axes.top() + (chart_.spans.empty() ? 2 : metrics_.height() + 3);
    if (style_.markers) drawFlags(painter_, mapper, chart_.flags, underSpans, draw_);
    axes(mapper);
    if (style_.legend) legend();
    for (const Annotation& one : annotations) annotate(mapper, one);
    if (chart_.bar) drawColorBar(painter_, layout_.bar, barWidth(), *chart_.bar, draw_);
    if (!chart_.empty.isEmpty()) sayEmpty();
    painter_.restore();
  }

 private:
  double barWidth() const { return metrics_.height() * 0.75; }
  double pad() const { return 0.3 * style_.fontPt; }
  int countFor(double length, double each) const { return std::clamp(static_cast<int>(length / each), 2, 10); }
  int yCount(double height) const { return countFor(height, 2.6 * metrics_.height()); }
  int xCount(double width) const { return countFor(width, 6.5 * metrics_.averageCharWidth() + 10); }

  void arrange() {
    const double line = metrics_.height();
    QRectF axes = rect_.adjusted(pad(), pad() + 0.5 * metrics_.ascent() * 0.6, -2.5 * pad(), -pad());
    layout_.legendTop = axes.top();
    if (style_.legend && !chart_.legend.empty()) axes.setTop(axes.top() + legendRows(axes) * line + pad());
    axes.setBottom(axes.bottom() - line - pad() - (chart_.x.title.isEmpty() ? 0 : line));
    double labels = 0;
    for (const Tick& tick : chart_.y.ticks(yCount(axes.height())))
      labels = std::max(labels, metrics_.horizontalAdvance(tick.label));
    axes.setLeft(axes.left() + labels + 1.3 * pad() + (chart_.y.title.isEmpty() ? 0 : line + pad()));
    axes.setLeft(std::max(axes.left(), rect_.left() + style_.axesLeft));
    // Beside the labels, also where the axes stand in further than these need.
    layout_.yTitleX = axes.left() - 1.3 * pad() - labels - pad() - line + metrics_.ascent();
    if (chart_.bar) {
      const double width = colorBarWidth(painter_, barWidth(), *chart_.bar, draw_, axes.height());
      layout_.bar = QRectF(axes.right() - width, axes.top(), width, axes.height());
      axes.setRight(axes.right() - width - 2 * pad() - 2);
    }
    if (chart_.equalAspect) axes = equalised(axes);
    layout_.axes = axes;
  }

  // Room for the equal scale of both axes, kept at the left.
  QRectF equalised(const QRectF& axes) const {
    const double ratio = (chart_.y.high - chart_.y.low) / (chart_.x.high - chart_.x.low);
    QRectF result = axes;
    if (axes.width() * ratio > axes.height())
      result.setWidth(axes.height() / ratio);
    else
      result.setTop(axes.bottom() - axes.width() * ratio);
    return result;
  }

  void grid(const Mapper& mapper) {
    painter_.setPen(QPen(draw_.theme.grid, 0.5 * draw_.unit));
    const QRectF& r = layout_.axes;
    for (const Tick& tick : chart_.y.ticks(yCount(r.height())))
      painter_.drawLine(QPointF(r.left(), mapper.y(tick.coordinate)), QPointF(r.right(), mapper.y(tick.coordinate)));
    if (!chart_.x.named.empty()) return;
    for (const Tick& tick : chart_.x.ticks(xCount(r.width())))
      painter_.drawLine(QPointF(mapper.x(tick.coordinate), r.top()), QPointF(mapper.x(tick.coordinate), r.bottom()));
  }

  void axes(const Mapper& mapper) {
    const QRectF& r = layout_.axes;
    painter_.setFont(draw_.font);
    painter_.setPen(QPen(draw_.theme.muted, 0.75 * draw_.unit));
    painter_.drawLine(r.bottomLeft(), r.bottomRight());
    painter_.setPen(draw_.theme.text);
    const double base = r.bottom() + pad() + metrics_.ascent();
    double free = -1e9;
    for (const Tick& tick : chart_.x.ticks(xCount(r.width()))) {
      const double width = metrics_.horizontalAdvance(tick.label);
      double left = mapper.x(tick.coordinate) - width / 2;
      left = std::min(left, rect_.right() - pad() - width);
      if (left < free) continue;
      free = left + width + pad();
      painter_.drawText(QPointF(left, base), tick.label);
    }
    // In a low panel not every tick has room for its label.
    double before = -1e9;
    for (const Tick& tick : chart_.y.ticks(yCount(r.height()))) {
      const double y = mapper.y(tick.coordinate);
      if (std::abs(y - before) < metrics_.ascent()) continue;
      before = y;
      painter_.drawText(
          QPointF(r.left() - pad() - metrics_.horizontalAdvance(tick.label), y + metrics_.capHeight() / 2), tick.label);
    }
    if (!chart_.x.title.isEmpty())
      painter_.drawText(
          QPointF(r.center().x() - metrics_.horizontalAdvance(chart_.x.title) / 2, base + metrics_.height()),
          chart_.x.title);
    if (chart_.y.title.isEmpty()) return;
    // Beside the axes' middle; one that is longer than they are goes down beside the labels, not up into the legend.
    const QString title = metrics_.elidedText(chart_.y.title, Qt::ElideRight, rect_.bottom() - pad() - r.top());
    const double length = metrics_.horizontalAdvance(title);
    painter_.save();
    painter_.translate(layout_.yTitleX, std::max(r.center().y() + length / 2, r.top() + length));
    painter_.rotate(-90);
    painter_.drawText(QPointF(0, 0), title);
    painter_.restore();
  }

  void marks(const Mapper& mapper) {
    painter_.save();
    if (chart_.framed) painter_.setClipRect(mapper.rect, Qt::IntersectClip);
    for (const Mark& mark : chart_.marks) drawMark(painter_, mapper, mark, draw_);
    painter_.restore();
  }

  void annotate(const Mapper& mapper, const Annotation& one) {
    const QPointF at = mapper.point({chart_.x.scale.forward(one.x), chart_.y.scale.forward(one.y)});
    if (one.onPanel || !mapper.rect.contains(at)) return;
    painter_.setPen(draw_.theme.text);
    painter_.drawText(at + QPointF(0, metrics_.capHeight() / 2), one.text);
  }

  double sample() const { return 1.6 * style_.fontPt; }
  double entryWidth(const LegendEntry& entry) const {
    const double shape = entry.shape == LegendEntry::Shape::Line ? sample() : 0.8 * style_.fontPt;
    return shape + 1.2 * pad() + metrics_.horizontalAdvance(entry.label) + 4 * pad();
  }

  int legendRows(const QRectF& axes) const {
    int rows = 1;
    double x = axes.left();
    for (const LegendEntry& entry : chart_.legend) {
      if (x > axes.left() && x + entryWidth(entry) > axes.right()) ++rows, x = axes.left();
      x += entryWidth(entry);
    }
    return rows;
  }

  void legend() {
    double x = rect_.left() + pad(), y = layout_.legendTop;
    painter_.setFont(draw_.font);
    for (const LegendEntry& entry : chart_.legend) {
      if (x > rect_.left() + pad() && x + entryWidth(entry) > rect_.right() - 2.5 * pad())
        x = rect_.left() + pad(), y += metrics_.height();
      const double shape = entry.shape == LegendEntry::Shape::Line ? sample() : 0.8 * style_.fontPt;
      drawLegendSample(painter_, QRectF(x, y, shape, metrics_.height()), entry, draw_.unit);
      painter_.setPen(draw_.theme.text);
      painter_.drawText(QPointF(x + shape + 1.2 * pad(), y + metrics_.ascent()), entry.label);
      x += entryWidth(entry);
    }
  }

  void sayEmpty() {
    painter_.setPen(draw_.theme.muted);
    painter_.drawText(layout_.axes, Qt::AlignCenter | Qt::TextWordWrap, chart_.empty);
  }

  QPainter& painter_;
  QRectF rect_;
  const Chart& chart_;
  const FigureStyle& style_;
  DrawStyle draw_;
  QFontMetricsF metrics_;
  Layout layout_;
};

AxisView barAxis(const ColorBar& bar) {
  AxisView axis;
  axis.low = bar.low;
  axis.high = bar.high;
  return axis;
}

int barTicks(double height, const QFontMetricsF& metrics) {
  return std::clamp(static_cast<int>(height / (2.4 * metrics.height())), 2, 6);
}

}  // namespace

double colorBarWidth(const QPainter& painter, double width, const ColorBar& bar, const DrawStyle& style,
                     double height) {
  const QFontMetricsF metrics(style.font, painter.device());
  double labels = 0;
  for (const Tick& tick : barAxis(bar).ticks(barTicks(height, metrics)))
    labels = std::max(labels, metrics.horizontalAdvance(tick.label));
  const double gap = metrics.averageCharWidth() * 0.6;
  return width + gap + labels + (bar.title.isEmpty() ? 0 : metrics.height() + gap);
}

void drawColorBar(QPainter& painter, const QRectF& rect, double width, const ColorBar& bar, const DrawStyle& style) {
  const QFontMetricsF metrics(style.font, painter.device());
  const QRectF strip(rect.left(), rect.top(), width, rect.height());
  QLinearGradient gradient(strip.bottomLeft(), strip.topLeft());
  constexpr int stops = 32;
  for (int i = 0; i <= stops; ++i) {
    const double u = static_cast<double>(i) / stops;
    gradient.setColorAt(u, mapColor(bar.map, u, style.theme));
  }
  painter.fillRect(strip, gradient);
  painter.setFont(style.font);
  painter.setPen(style.theme.muted);
  const double gap = metrics.averageCharWidth() * 0.6;
  for (const Tick& tick : barAxis(bar).ticks(barTicks(rect.height(), metrics))) {
    const double y = strip.bottom() - (tick.coordinate - bar.low) / (bar.high - bar.low) * strip.height();
    const double base = std::clamp(y + metrics.capHeight() / 2, strip.top() + metrics.capHeight(), strip.bottom());
    painter.drawText(QPointF(strip.right() + gap, base), tick.label);
  }
  if (bar.title.isEmpty()) return;
  const QString title = metrics.elidedText(bar.title, Qt::ElideRight, rect.height());
  painter.save();
  painter.translate(rect.right() - metrics.descent(), rect.center().y() + metrics.horizontalAdvance(title) / 2);
  painter.rotate(-90);
  painter.drawText(QPointF(0, 0), title);
  painter.restore();
}

void drawFigure(QPainter& painter, const QRectF& rect, const Chart& chart, const FigureStyle& style,
                const std::vector<Annotation>& annotations) {
  FigureDrawing(painter, rect, chart, style).run(annotations);
}

double axesLeftOf(QPainter& painter, const QRectF& rect, const Chart& chart, const FigureStyle& style) {
  return FigureDrawing(painter, rect, chart, style).axesLeft();
}

}  // namespace learnscope
