// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QRectF>
#include <vector>

namespace learnscope {

/// The parts of a polyline inside `rect` (Liang & Barsky 1984), so that vector files hold nothing outside an axis
/// rectangle.
std::vector<QPolygonF> clippedLine(const QPolygonF& line, const QRectF& rect);
/// The part of a polygon inside `rect` (Sutherland & Hodgman 1974).
QPolygonF clippedPolygon(const QPolygonF& polygon, const QRectF& rect);

}  // namespace learnscope
