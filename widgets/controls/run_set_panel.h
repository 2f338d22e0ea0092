// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/model/session_model.h"

class QLabel;
class QTreeView;

namespace learnscope {

class RunSetModel;

/// The runs that the window shows: check to show, double-click or Enter to make current, F2 to rename, Delete to
/// remove.
class RunSetPanel : public QWidget {
  Q_OBJECT
 public:
  explicit RunSetPanel(SessionModel& model, QWidget* parent = nullptr);
  QTreeView* view() const { return view_; }

 private:
  void addAction(const QString& name, const QString& icon, const QString& title, const QKeySequence& key,
                 const std::function<void(const std::string&)>& action);
  void showState();

  SessionModel& model_;
  RunSetModel* runs_;
  QTreeView* view_;
  QLabel* empty_;
};

}  // namespace learnscope
