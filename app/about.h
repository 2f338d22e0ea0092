// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>
#include <utility>

namespace learnscope {

/// Name and version of everything that matters in an error report.
QList<std::pair<QString, QString>> versionList();

/// The program, its versions, renderer and licence; "Copy" puts the list on the clipboard.
class AboutDialog : public QDialog {
  Q_OBJECT
 public:
  explicit AboutDialog(QWidget* parent = nullptr);
};

}  // namespace learnscope
