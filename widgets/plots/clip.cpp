// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/clip.h"

#include <array>
#include <optional>
#include <utility>

namespace learnscope {
namespace {

// Parameters t0 <= t1 in [0, 1] of the segment's part inside, or nothing.
std::optional<std::pair<double, double>> inside(const QPointF& a, const QPointF& b, const QRectF& rect) {
  const double dx = b.x() - a.x(), dy = b.y() - a.y();
  double t0 = 0, t1 = 1;
  const std::array<std::pair<double, double>, 4> edges{
      {{-dx, a.x() - rect.left()}, {dx, rect.right() - a.x()}, {-dy, a.y() - rect.top()}, {dy, rect.bottom() - a.y()}}};
  for (const auto& [p, q] : edges) {
    if (p == 0) {
      if (q < 0) return std::nullopt;
    } else if (p < 0) {
      t0 = std::max(t0, q / p);
    } else {
      t1 = std::min(t1, q / p);
    }
  }
  if (t0 > t1) return std::nullopt;
  return std::pair{t0, t1};
}

// Keeps the side of one edge where `distance` is not negative.
template <class Distance>
QPolygonF keptSide(const QPolygonF& polygon, Distance distance) {
  QPolygonF result;
  for (qsizetype i = 0; i < polygon.size(); ++i) {
    const QPointF& a = polygon[i];
    const QPointF& b = polygon[(i + 1) % polygon.size()];
    const double da = distance(a), db = distance(b);
    if (da >= 0) result << a;
    if ((da >= 0) != (db >= 0)) result << a + (b - a) * (da / (da - db));
  }
  return result;
}

}  // namespace

std::vector<QPolygonF> clippedLine(const QPolygonF& line, const QRectF& rect) {
  std::vector<QPolygonF> pieces;
  bool joined = false;
  for (qsizetype i = 0; i + 1 < line.size(); ++i) {
    const QPointF &a = line[i], &b = line[i + 1];
    const auto part = inside(a, b, rect);
    if (!part) {
      joined = false;
      continue;
    }
    const auto [t0, t1] = *part;
    if (!joined) pieces.push_back(QPolygonF{a + (b - a) * t0});
    pieces.back() << a + (b - a) * t1;
    joined = t1 == 1;
  }
  return pieces;
}

QPolygonF clippedPolygon(const QPolygonF& polygon, const QRectF& rect) {
  QPolygonF result = keptSide(polygon, [&](const QPointF& p) { return p.x() - rect.left(); });
  result = keptSide(result, [&](const QPointF& p) { return rect.right() - p.x(); });
  result = keptSide(result, [&](const QPointF& p) { return p.y() - rect.top(); });
  return keptSide(result, [&](const QPointF& p) { return rect.bottom() - p.y(); });
}

}  // namespace learnscope
