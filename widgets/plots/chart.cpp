// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/chart.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "widgets/plots/clip.h"
#include "widgets/plots/dot_crowd.h"

namespace learnscope {
namespace {

QPen penOf(const QColor& color, double width, int dash) {
  QPen pen(color, width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
  // In units of the pen's width; chosen so that noisy curves still read as lines.
  static const std::array<QVector<qreal>, 5> patterns{QVector<qreal>{}, QVector<qreal>{6, 2.5}, QVector<qreal>{1.5, 2},
                                                      QVector<qreal>{8, 2, 1.5, 2},
                                                      QVector<qreal>{8, 2, 1.5, 2, 1.5, 2}};
  const auto& pattern = patterns[static_cast<std::size_t>(std::max(dash, 0)) % patterns.size()];
  if (!pattern.isEmpty()) pen.setDashPattern(pattern);
  return pen;
}

void draw(QPainter& painter, const Mapper& mapper, const Polyline& line, const DrawStyle& style) {
  painter.setBrush(Qt::NoBrush);
  painter.setPen(penOf(line.color, line.width * style.unit, line.dash));
  QPolygonF piece;
  const auto finish = [&] {
    for (const QPolygonF& visible : clippedLine(piece, mapper.rect)) painter.drawPolyline(visible);
    piece.clear();
  };
  for (const QPointF& point : line.points) {
    if (std::isfinite(point.y()) && std::isfinite(point.x()))
      piece << mapper.point(point);
    else
      finish();
  }
  finish();
}

void draw(QPainter& painter, const Mapper& mapper, const Ribbon& ribbon, const DrawStyle&) {
  painter.setPen(Qt::NoPen);
  painter.setBrush(ribbon.color);
  std::size_t begin = 0;
  const std::size_t n = ribbon.x.size();
  while (begin < n) {
    const auto finite = [&](std::size_t i) { return std::isfinite(ribbon.low[i]) && std::isfinite(ribbon.high[i]); };
    while (begin < n && !finite(begin)) ++begin;
    std::size_t end = begin;
    // Points within a quarter of a pixel share one corner above and one below.
    QPolygonF polygon, below;
    for (; end < n && finite(end); ++end) {
      const QPointF top(mapper.x(ribbon.x[end]), mapper.y(ribbon.high[end]));
      const double bottom = mapper.y(ribbon.low[end]);
      if (!polygon.isEmpty() && std::floor(4 * top.x()) == std::floor(4 * polygon.back().x())) {
        polygon.back().setY(std::min(polygon.back().y(), top.y()));
        below.back().setY(std::max(below.back().y(), bottom));
        continue;
      }
      polygon << top;
      below << QPointF(top.x(), bottom);
    }
    for (qsizetype i = below.size(); i-- > 0;) polygon << below[i];
    const QPolygonF visible = clippedPolygon(polygon, mapper.rect);
    if (visible.size() > 2) painter.drawPolygon(visible);
    begin = end;
  }
}

void draw(QPainter& painter, const Mapper& mapper, const Boxes& boxes, const DrawStyle& style) {
  painter.setPen(Qt::NoPen);
  for (const Box& box : boxes.boxes) {
    const QRectF rect = mapper.box(box.rect).intersected(mapper.rect);
    if (rect.width() <= 0) continue;
    painter.fillRect(rect, box.color);
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(style.theme.text, 1.5 * style.unit));
  for (const Box& box : boxes.boxes)
    if (box.selected) painter.drawRect(mapper.box(box.rect).intersected(mapper.rect));
}

// The part of a grid that is visible, as whole cells, enlarged so that viewers which smooth images show sharp cells.
void draw(QPainter& painter, const Mapper& mapper, const Cells& cells, const DrawStyle& style) {
  if (cells.image.isNull()) return;
  const QRectF whole = mapper.box(cells.extent);
  const QRectF seen = whole.intersected(mapper.rect);
  if (seen.isEmpty()) return;
  const double cellWidth = whole.width() / cells.image.width(), cellHeight = whole.height() / cells.image.height();
  const int x0 = std::max(0, static_cast<int>(std::floor((seen.left() - whole.left()) / cellWidth + 1e-6)));
  const int y0 = std::max(0, static_cast<int>(std::floor((seen.top() - whole.top()) / cellHeight + 1e-6)));
  const int x1 =
      std::min(cells.image.width(), static_cast<int>(std::ceil((seen.right() - whole.left()) / cellWidth - 1e-6)));
  const int y1 =
      std::min(cells.image.height(), static_cast<int>(std::ceil((seen.bottom() - whole.top()) / cellHeight - 1e-6)));
  QImage part = cells.image.copy(x0, y0, x1 - x0, y1 - y0);
  const QRectF place(whole.left() + x0 * cellWidth, whole.top() + y0 * cellHeight, part.width() * cellWidth,
                     part.height() * cellHeight);
  if (style.rasterScale > 0) {
    const auto factor = [&](double size, int pixels) {
      return std::clamp(static_cast<int>(std::ceil(size * style.rasterScale / pixels)), 1,
                        4096 / std::max(pixels, 1) + 1);
    };
    part = part.scaled(part.width() * factor(place.width(), part.width()),
                       part.height() * factor(place.height(), part.height()), Qt::IgnoreAspectRatio,
                       Qt::FastTransformation);
  }
  painter.save();
  painter.setClipRect(mapper.rect, Qt::IntersectClip);
  painter.setRenderHint(QPainter::SmoothPixmapTransform, cellWidth < 1 || cellHeight < 1);
  painter.drawImage(place, part);
  painter.restore();
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(style.theme.text, 1.5 * style.unit));
  for (const QRectF& rect : cells.selected) painter.drawRect(mapper.box(rect).intersected(mapper.rect));
}

void draw(QPainter& painter, const Mapper& mapper, const Dots& dots, const DrawStyle& style) {
  const QFontMetricsF metrics(style.font, painter.device());
  const bool crowded = dots.dots.size() > crowd;
  if (crowded) drawCrowd(painter, mapper, dots.dots, style.unit);
  for (const bool selected : {false, true}) {
    for (const Dot& dot : dots.dots) {
      if (crowded && isPlain(dot)) continue;
      if (dot.selected != selected || !std::isfinite(dot.at.x()) || !std::isfinite(dot.at.y())) continue;
      const QPointF centre = mapper.point(dot.at);
      if (!mapper.rect.contains(centre)) continue;
      const double radius = dot.radius * style.unit;
      painter.setBrush(dot.hollow ? style.theme.plotBackground : dot.color);
      painter.setPen(selected     ? QPen(style.theme.text, 1.5 * style.unit)
                     : dot.hollow ? QPen(dot.color, 1.2 * style.unit)
                                  : QPen(style.theme.plotBackground, 0.6 * style.unit));
      paintMark(painter, dot.mark, centre, radius + (selected ? 1.5 : 0) * style.unit);
      if (dot.label.isEmpty()) continue;
      painter.setPen(selected ? style.theme.text : style.theme.muted);
      painter.setFont(style.font);
      const double width = metrics.horizontalAdvance(dot.label);
      const bool left = centre.x() + radius + width + 4 * style.unit > mapper.rect.right();
      const double x = left ? centre.x() - radius - 3 * style.unit - width : centre.x() + radius + 3 * style.unit;
      painter.drawText(QPointF(x, centre.y() + metrics.capHeight() / 2), dot.label);
    }
  }
}

}  // namespace

std::vector<Tick> AxisView::ticks(int count) const {
  std::vector<Tick> result;
  if (named.empty()) {
    for (const Tick& tick : roundTicks(scale, low, high, count))
      if (!integers || std::abs(tick.coordinate - std::round(tick.coordinate)) < 1e-9) result.push_back(tick);
    return result;
  }
  const std::size_t every = std::max<std::size_t>(
      1, (named.size() + static_cast<std::size_t>(count) - 1) / static_cast<std::size_t>(std::max(count, 1)));
  for (std::size_t i = 0; i < named.size(); i += every)
    if (named[i].coordinate >= low && named[i].coordinate <= high) result.push_back(named[i]);
  return result;
}

Mapper Mapper::of(const QRectF& rect, const AxisView& x, const AxisView& y) {
  return {rect, x.low, x.high, y.low, y.high, y.reversed};
}

void drawSpans(QPainter& painter, const Mapper& mapper, const std::vector<Span>& spans, const DrawStyle& style) {
  QFont font = style.font;
  const QFontMetricsF metrics(font, painter.device());
  bool tinted = true;
  for (const Span& span : spans) {
    const double left = std::max(mapper.x(span.from), mapper.rect.left());
    const double right = std::min(mapper.x(span.to), mapper.rect.right());
    const bool tint = tinted;
    tinted = !tinted;
    if (right <= left) continue;
    QColor color = style.theme.text;
    color.setAlphaF(tint ? (style.theme.dark ? 0.07 : 0.045) : 0.015);
    painter.fillRect(QRectF(left, mapper.rect.top(), right - left, mapper.rect.height()), color);
    const double pad = 4 * style.unit;
    // In a low plot the name would lie on the curves; the timeline has it too.
    if (right - left < 3 * metrics.averageCharWidth() + 2 * pad || mapper.rect.height() < 12 * metrics.height())
      continue;
    const QString name = metrics.elidedText(span.name, Qt::ElideRight, right - left - 2 * pad);
    painter.setFont(font);
    painter.setPen(style.theme.muted);
    painter.drawText(QPointF(left + pad, mapper.rect.top() + metrics.ascent() + 2 * style.unit), name);
  }
}

void drawFlags(QPainter& painter, const Mapper& mapper, const std::vector<Flag>& flags, double top,
               const DrawStyle& style) {
  const QFontMetricsF metrics(style.font, painter.device());
  constexpr double mostOfHeight = 0.6;
  double free = mapper.rect.left();  // where the next label may begin
  QColor lineColor = style.theme.muted;
  lineColor.setAlphaF(0.4f);
  for (const Flag& flag : flags) {
    const double x = mapper.x(flag.at);
    if (x < mapper.rect.left() || x > mapper.rect.right()) continue;
    if (flag.pin) {
      const double s = 4 * style.unit, y = mapper.rect.bottom();
      painter.setPen(Qt::NoPen);
      painter.setBrush(style.theme.accent);
      painter.drawPolygon(QPolygonF{{x, y - 1.6 * s}, {x - s * 0.8, y}, {x + s * 0.8, y}});
      continue;
    }
    painter.setPen(QPen(lineColor, 0.8 * style.unit, Qt::SolidLine, Qt::FlatCap));
    if (flag.minor) {
      painter.drawLine(QPointF(x, mapper.rect.bottom() - 5 * style.unit), QPointF(x, mapper.rect.bottom()));
      continue;
    }
    painter.drawLine(QPointF(x, mapper.rect.top()), QPointF(x, mapper.rect.bottom()));
    // The label runs up along the line, on its right while there is room.
    const bool right = x + metrics.height() <= mapper.rect.right();
    const double begin = right ? x : x - metrics.height();
    // In a low plot it would lie on the curves.
    const double length = metrics.horizontalAdvance(flag.label);
    if (begin < free || length > mostOfHeight * mapper.rect.height()) continue;
    free = begin + metrics.height();
    painter.save();
    painter.translate(begin + metrics.ascent() + style.unit, top + length);
    painter.rotate(-90);
    painter.setFont(style.font);
    painter.setPen(style.theme.muted);
    painter.drawText(QPointF(0, 0), flag.label);
    painter.restore();
  }
}

void drawMark(QPainter& painter, const Mapper& mapper, const Mark& mark, const DrawStyle& style) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, style.antialias);
  std::visit([&](const auto& concrete) { draw(painter, mapper, concrete, style); }, mark);
  painter.restore();
}

namespace {

// Dashes that begin and end with a whole one on a line of `length`.
QPen evenPen(QPen pen, double length) {
  QVector<qreal> pattern = pen.dashPattern();
  if (pattern.isEmpty() || pen.style() == Qt::SolidLine) return pen;
  const double period = std::accumulate(pattern.begin(), pattern.end(), 0.0), units = length / pen.widthF();
  const double repeats = std::max(1.0, std::round((units - pattern[0]) / period));
  for (qreal& part : pattern) part *= units / (repeats * period + pattern[0]);
  pen.setDashPattern(pattern);
  return pen;
}

}  // namespace

void drawLegendSample(QPainter& painter, const QRectF& rect, const LegendEntry& entry, double unit) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, true);
  const QPointF centre = rect.center();
  const double s = std::min(rect.width(), rect.height());
  switch (entry.shape) {
    case LegendEntry::Shape::Line:
      painter.setPen(evenPen(penOf(entry.color, 1.6 * unit, entry.dash), rect.width()));
      painter.drawLine(QPointF(rect.left(), centre.y()), QPointF(rect.right(), centre.y()));
      break;
    case LegendEntry::Shape::Square:
      painter.fillRect(QRectF(centre.x() - s * 0.35, centre.y() - s * 0.35, s * 0.7, s * 0.7), entry.color);
      break;
    case LegendEntry::Shape::Dot:
      painter.setPen(Qt::NoPen);
      painter.setBrush(entry.color);
      paintMark(painter, entry.mark, centre, s * 0.32);
      break;
  }
  painter.restore();
}

std::vector<QPointF> thinned(const std::vector<QPointF>& points, double low, double high, int columns) {
  if (points.size() <= 4 * static_cast<std::size_t>(columns)) return points;
  std::vector<QPointF> result;
  const double width = (high - low) / columns;
  const auto slice = [&](std::size_t i) { return std::floor((points[i].x() - low) / width); };
  std::size_t begin = 0;
  while (begin < points.size()) {
    // A gap ends a slice, so that it stays where it is; a run of them is one.
    if (std::isnan(points[begin].y())) {
      if (result.empty() || !std::isnan(result.back().y())) result.push_back(points[begin]);
      ++begin;
      continue;
    }
    std::size_t end = begin, least = begin, most = begin;
    for (; end < points.size() && slice(end) == slice(begin) && !std::isnan(points[end].y()); ++end) {
      if (points[end].y() < points[least].y()) least = end;
      if (points[end].y() > points[most].y()) most = end;
    }
    const std::array<std::size_t, 4> kept{begin, std::min(least, most), std::max(least, most), end - 1};
    for (std::size_t i = 0; i < 4; ++i)
      if (i == 0 || kept[i] != kept[i - 1]) result.push_back(points[kept[i]]);
    begin = end;
  }
  return result;
}

}  // namespace learnscope
