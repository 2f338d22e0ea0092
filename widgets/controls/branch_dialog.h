// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <map>

#include "widgets/model/session_model.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace learnscope {

class ParameterForm;

/// Where a branch of the current run leaves it, what changes there, and when it trains. Carries out the answer itself.
class BranchDialog : public QDialog {
  Q_OBJECT
 public:
  explicit BranchDialog(SessionModel& model, QWidget* parent = nullptr);
  /// What would be asked for now; throws ConfigError with all that is wrong.
  Fork fork() const;

 private:
  QWidget* makeHead();
  QWidget* makeChanges();
  QWidget* makeIntervention();
  void takeStep();
  void takeIntervention();
  void check();
  void branch();

  SessionModel& model_;
  std::shared_ptr<Run> run_;
  Config base_;                        ///< values at the fork
  std::map<std::string, Json> edits_;  ///< what the user changed from them
  QDoubleSpinBox* step_;
  QComboBox* events_;
  QLineEdit* name_;
  ParameterForm* parameters_;
  QComboBox* intervention_;
  ParameterForm* arguments_;
  QComboBox* when_;
  QLabel* summary_;
  QPushButton* ok_;
};

}  // namespace learnscope
