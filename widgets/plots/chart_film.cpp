// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/chart_film.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr std::size_t mostHeads = 32;  ///< above it the dots would hide the curves
constexpr double headRadius = 2.6;

// Points may be out of order only across gaps, whose x is not looked at.
void end(Polyline& line, double x) {
  auto& points = line.points;
  const auto later = std::find_if(points.begin(), points.end(), [x](const QPointF& p) { return p.x() > x; });
  if (later == points.end()) return;
  std::optional<QPointF> cut;
  if (later != points.begin()) {
    const QPointF from = *(later - 1), to = *later;
    if (std::isfinite(from.y()) && std::isfinite(to.y()) && from.x() < x)
      cut = from + (to - from) * ((x - from.x()) / (to.x() - from.x()));
  }
  points.erase(later, points.end());
  if (cut) points.push_back(*cut);
}

void end(Ribbon& ribbon, double x) {
  const auto later = std::upper_bound(ribbon.x.begin(), ribbon.x.end(), x);
  const auto kept = static_cast<std::size_t>(later - ribbon.x.begin());
  if (kept == ribbon.x.size()) return;
  if (kept > 0) {
    const double t = (x - ribbon.x[kept - 1]) / (ribbon.x[kept] - ribbon.x[kept - 1]);
    ribbon.x[kept] = x;
    ribbon.low[kept] = std::lerp(ribbon.low[kept - 1], ribbon.low[kept], t);
    ribbon.high[kept] = std::lerp(ribbon.high[kept - 1], ribbon.high[kept], t);
  }
  const std::size_t size = kept > 0 ? kept + 1 : 0;
  ribbon.x.resize(size);
  ribbon.low.resize(size);
  ribbon.high.resize(size);
}

void end(Cells& cells, double x) {
  if (cells.image.isNull() || x >= cells.extent.right()) return;
  const double cell = cells.extent.width() / cells.image.width();
  if (!(x - cells.extent.left() >= cell)) {
    cells = {};
    return;
  }
  const int columns = static_cast<int>((x - cells.extent.left()) / cell + 1e-9);
  cells.image = cells.image.copy(0, 0, columns, cells.image.height());
  cells.extent.setWidth(columns * cell);
  for (QRectF& rect : cells.selected) rect = rect.intersected(cells.extent);
}

void end(Dots& dots, double x) {
  std::erase_if(dots.dots, [x](const Dot& dot) { return dot.at.x() > x; });
}

void end(Boxes&, double) {}

}  // namespace

void endAt(Chart& chart, double x) {
  Dots heads;
  for (Mark& mark : chart.marks) {
    std::visit([x](auto& concrete) { end(concrete, x); }, mark);
    const auto* line = std::get_if<Polyline>(&mark);
    if (!line || line->points.empty() || line->color.alpha() < 255) continue;
    const QPointF last = line->points.back();
    if (std::isfinite(last.y())) heads.dots.push_back({last, headRadius, line->color, false, {}, false});
  }
  if (heads.dots.size() <= mostHeads) chart.marks.emplace_back(std::move(heads));
  std::erase_if(chart.flags, [x](const Flag& flag) { return flag.at > x; });
  std::erase_if(chart.spans, [x](const Span& span) { return span.from > x; });
  for (Span& span : chart.spans) span.to = std::min(span.to, x);
}

}  // namespace learnscope
