// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/category_mark.h"

#include <QPainter>
#include <QTransform>
#include <array>
#include <cmath>
#include <numbers>

namespace learnscope {
namespace {

/// `outer` and `inner` are the distances of corners in turn, the first straight up.
QPolygonF starOf(int points, double outer, double inner) {
  QPolygonF star;
  for (int i = 0; i < 2 * points; ++i) {
    const double angle = std::numbers::pi * i / points, r = i % 2 == 0 ? outer : inner;
    star << QPointF(r * std::sin(angle), -r * std::cos(angle));
  }
  return star;
}

QPolygonF plus() {
  constexpr double w = 0.24, l = 0.95;
  return QPolygonF{{-w, -l}, {w, -l}, {w, -w}, {l, -w}, {l, w},   {w, w},
                   {w, l},   {-w, l}, {-w, w}, {-l, w}, {-l, -w}, {-w, -w}};
}

/// In a disc of radius 1.
QPolygonF outlineOf(CategoryMark mark) {
  const double half = std::sqrt(0.75);
  switch (mark) {
    case CategoryMark::Circle:
      return {};
    case CategoryMark::Square:
      return QPolygonF{{-0.64, -0.64}, {0.64, -0.64}, {0.64, 0.64}, {-0.64, 0.64}};
    case CategoryMark::TriangleUp:
      return QPolygonF{{0, -1}, {half, 0.5}, {-half, 0.5}};
    case CategoryMark::Diamond:
      return QPolygonF{{0, -1}, {0.8, 0}, {0, 1}, {-0.8, 0}};
    case CategoryMark::TriangleDown:
      return QPolygonF{{0, 1}, {-half, -0.5}, {half, -0.5}};
    case CategoryMark::Plus:
      return plus();
    case CategoryMark::Cross:
      return QTransform().rotate(45).map(plus());
    case CategoryMark::Star:
      return starOf(5, 1, 0.45);
  }
  return {};
}

}  // namespace

CategoryMark categoryMark(int category) {
  return static_cast<CategoryMark>((category % categoryMarks + categoryMarks) % categoryMarks);
}

const QPolygonF& markOutline(CategoryMark mark) {
  static const std::array<QPolygonF, categoryMarks> outlines = [] {
    std::array<QPolygonF, categoryMarks> all;
    for (int i = 0; i < categoryMarks; ++i)
      all[static_cast<std::size_t>(i)] = QTransform::fromScale(markReach, markReach).map(outlineOf(categoryMark(i)));
    return all;
  }();
  return outlines[static_cast<std::size_t>(mark)];
}

void paintMark(QPainter& painter, CategoryMark mark, QPointF centre, double radius) {
  if (mark == CategoryMark::Circle) return painter.drawEllipse(centre, radius, radius);
  painter.drawPolygon(QTransform(radius, 0, 0, radius, centre.x(), centre.y()).map(markOutline(mark)));
}

}  // namespace learnscope
