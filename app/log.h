// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace learnscope {

/// The categories of the log, each a spdlog logger of that name: engine, store, render, ui.
QStringList logCategories();

/// Sets the loggers up: a rotating file (3 of 2 MB), warnings on stderr, and a ring of the last lines in memory; Qt's
/// own messages go to "ui". A file that cannot be written is said once and done without.
void startLogging(const QString& file);

/// The last lines (at most 2000), oldest first, as they stand in the file.
QStringList lastLogLines();

void logInfo(const char* category, const QString& text);
void logWarning(const char* category, const QString& text);

}  // namespace learnscope
