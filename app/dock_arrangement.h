// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDockWidget>
#include <QMainWindow>

#include "engine/core/parameter.h"

namespace learnscope {

/// Where the shown docks of a window stand, as plain numbers that a stranger's file may hold without harm
/// (QMainWindow's own state is bytes that only Qt can check): a list of groups of tabs, each {"docks": names, "front":
/// the one on top, "area": "left" | "right" | "top" | "bottom", "box": [x, y, width, height] as shares of the window}.
/// Docks that float stand alone, in the area they came from.
Json dockArrangement(const QMainWindow& window, const QList<QDockWidget*>& docks);

/// Shows `docks` as dockArrangement() found them, the others not; names of no dock are passed over. Boxes that overlap
/// are put one below the other.
void arrangeDocks(QMainWindow& window, const QList<QDockWidget*>& docks, const Json& arrangement);

}  // namespace learnscope
