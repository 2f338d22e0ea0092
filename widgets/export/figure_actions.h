// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>

#include "widgets/model/view.h"

class QMenu;

namespace learnscope {

/// "Copy data", "Copy figure", "Save figure…", "Save data…": what every view's menu ends with.
void addFigureActions(QMenu& menu, View& view);
/// The figure of a view as a picture of `style`'s size and resolution.
QImage figureImage(View& view, const FigureStyle& style);
/// Asks for size, font, theme and file, then saves; says what went wrong through SessionModel::problem.
void saveFigureWithDialog(View& view);

}  // namespace learnscope
