// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "widgets/model/session_model.h"

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace learnscope {

class ArrayTableModel;
class ParameterForm;

/// Runs an analysis of the current run at the cursor and shows the arrays that it returns, or saves them as .npz.
class AnalysisPanel : public QWidget {
  Q_OBJECT
 public:
  explicit AnalysisPanel(SessionModel& model, QWidget* parent = nullptr);
  ParameterForm* form() const { return form_; }

 private:
  void rebuild();
  void choose();
  void compute();
  void showResult(const AnalysisResult& result);
  void save();
  const AnalysisDescription* chosen() const;

  SessionModel& model_;
  QComboBox* names_;
  QLabel* doc_;
  ParameterForm* form_;
  QPushButton* run_;
  QPushButton* save_;
  QComboBox* arrays_;
  QLabel* state_;
  QTableView* table_;
  ArrayTableModel* cells_;
  std::shared_ptr<const State> result_;
  std::vector<std::string> known_;
};

}  // namespace learnscope
