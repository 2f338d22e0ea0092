// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <memory>
#include <thread>

#include "engine/core/tool.h"

class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace learnscope {

class ParameterForm;

/// A tool's parameters, its job on a thread of its own with progress and cancel, and what it found.
class ToolDialog : public QDialog {
  Q_OBJECT
 public:
  /// `given`: values of some parameters instead of their defaults.
  explicit ToolDialog(std::shared_ptr<const Tool> tool, QWidget* parent = nullptr, const Json& given = Json::object());

 public slots:
  void reject() override;

 private:
  void runOrCancel();
  void finish(const QString& text, bool failed);
  void tell(double done, const QString& what);

  std::shared_ptr<const Tool> tool_;
  ToolDescription description_;
  ParameterForm* form_;
  QProgressBar* progress_;
  QPushButton* run_;
  QPlainTextEdit* result_;
  bool running_ = false;
  std::jthread job_;  // last: stops and is joined before the rest goes
};

}  // namespace learnscope
