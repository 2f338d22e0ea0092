// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QListView>
#include <QWheelEvent>

#include "app/recent_runs.h"

namespace learnscope {

/// The recent runs that match a search, newest first, for RunList.
class RunListModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { PathRole = Qt::UserRole, LabRole, StateRole, DetailRole, ErrorRole };
  RunListModel(const RecentRuns& runs, QObject* parent = nullptr);
  void setSearch(const QString& search);
  void reload();
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 private:
  QString detail(const RunFileEntry& entry) const;

  const RecentRuns& runs_;
  QString search_;
  std::vector<RunFileEntry> shown_;
};

/// A list of runs: title, lab, state, step, size, age. Enter opens, Delete moves to the trash. As tall as its content.
class RunList : public QListView {
  Q_OBJECT
 public:
  explicit RunList(RunListModel* model, QWidget* parent = nullptr);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

 signals:
  void openRequested(const QString& path);
  void copyRequested(const QString& path);
  void trashRequested(const QString& path);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

}  // namespace learnscope
