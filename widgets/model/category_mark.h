// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPolygonF>
#include <QString>
#include <cstdint>

class QPainter;

namespace learnscope {

/// Shapes that tell categories apart where colours cannot: for colour-blind readers and in grey prints.
enum class CategoryMark : std::uint8_t { Circle, Square, TriangleUp, Diamond, TriangleDown, Plus, Cross, Star };
inline constexpr int categoryMarks = 8;

/// The mark of a category; after eight they begin again.
CategoryMark categoryMark(int category);

/// How a legend shows a category.
struct CategoryName {
  QString name;
  QColor color;
  CategoryMark mark = CategoryMark::Circle;
  bool operator==(const CategoryName&) const = default;
};

/// How far a mark reaches from its centre, in radii of the circle: all marks cover about as much as that does.
/// shaders/scene/marks.glsl draws the same outlines.
inline constexpr double markReach = 1.4;
/// Corners of a mark beside a circle of radius 1, y downwards; none of the circle itself.
const QPolygonF& markOutline(CategoryMark mark);
/// Draws a mark with the painter's pen and brush, as large as a circle of that radius.
void paintMark(QPainter& painter, CategoryMark mark, QPointF centre, double radius);

}  // namespace learnscope
