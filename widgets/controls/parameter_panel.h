// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "widgets/model/session_model.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace learnscope {

class NumberField;
class ParameterForm;
class SeedField;

/// The column of parameters, made only from the lab's description: presets on top, the parameters in foldable groups,
/// seed, steps and "Restart with changes" at the foot. Live parameters act on the running model; the others wait for
/// the next run.
class ParameterPanel : public QWidget {
  Q_OBJECT
 public:
  explicit ParameterPanel(SessionModel& model, QWidget* parent = nullptr);
  ParameterForm* form() const { return form_; }
  /// Copies the headless form of the next run to the clipboard.
  void copyCommandLine();

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QWidget* makeHead();
  QWidget* makeFoot();
  void showValues();
  void showProblems();
  void showFoot();

  SessionModel& model_;
  ParameterForm* form_;
  QToolButton* presets_ = nullptr;
  QLineEdit* search_ = nullptr;
  QLabel* nothing_ = nullptr;
  QLabel* problems_ = nullptr;
  SeedField* seed_ = nullptr;
  NumberField* steps_ = nullptr;
  QLabel* footProblem_ = nullptr;
  QLabel* note_ = nullptr;
  QPushButton* restart_ = nullptr;
  QTimer check_;
};

}  // namespace learnscope
