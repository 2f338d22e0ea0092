// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTimer>
#include <QWidget>
#include <functional>

namespace learnscope {

/// The last lines of the log by category, and how busy the GUI thread was; follows while it is open.
class LogWindow : public QWidget {
  Q_OBJECT
 public:
  /// `busyText` gives the sentence about busy times, "" when no lab is open.
  LogWindow(QString logFile, std::function<QString()> busyText, QWidget* parent = nullptr);

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  void refresh();

  QString logFile_;
  std::function<QString()> busyText_;
  QComboBox* category_;
  QComboBox* level_;
  QPlainTextEdit* text_;
  QLabel* busy_;
  QTimer timer_;
  QStringList shown_;
};

}  // namespace learnscope
