// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/model/session_model.h"

class QComboBox;
class QLabel;
class QTreeView;

namespace learnscope {

class RunSetModel;

/// The runs that the window shows: check to show, double-click or Enter to make current, F2 to rename, Delete to
/// remove; below, how plots compare them.
class RunSetPanel : public QWidget {
  Q_OBJECT
 public:
  explicit RunSetPanel(SessionModel& model, QWidget* parent = nullptr);
  QTreeView* view() const { return view_; }

 signals:
  /// Its file is to be deleted.
  void deleteRequested(const std::string& runId);
  void branchRequested();
  void compareRequested();

 private:
  void addAction(const QString& name, const QString& icon, const QString& title, const QKeySequence& key,
                 const std::function<void(const std::string&)>& action);
  QWidget* comparisonBar();
  void showState();
  void showComparison();
  void editNote(const std::string& runId);
  void toggleStar(const std::string& runId);

  SessionModel& model_;
  RunSetModel* runs_;
  QTreeView* view_;
  QLabel* empty_;
  QWidget* bar_;
  QComboBox* mode_ = nullptr;
  QComboBox* align_ = nullptr;
};

}  // namespace learnscope
