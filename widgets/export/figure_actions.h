// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/model/view.h"

class QMenu;

namespace learnscope {

/// "Copy data", "Copy figure", "Save data…", "Save figure…": what every view's menu ends with.
void addFigureActions(QMenu& menu, View& view);
/// Puts a view's data into the clipboard as a table: cells between tabs for spreadsheets, and as CSV.
void copyData(const View& view);
/// Opens the figure studio with the view.
void openFigureStudio(View& view);

/// CSV text with tabs between the cells instead of commas; tabs and line ends inside a cell become spaces.
QString tabbed(const QString& csv);

}  // namespace learnscope
