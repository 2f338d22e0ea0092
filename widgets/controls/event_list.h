// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

#include "widgets/model/session_model.h"

class QLabel;
class QTreeView;

namespace learnscope {

/// What a journal entry did, in the lab's words: "Reset weights (scale = 2)", "lr = 0.01".
QString journalText(const Description& description, const Json& command);

/// Events and journal entries of the current run, by step.
class EventListModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Step, What, Kind, ColumnCount };
  explicit EventListModel(SessionModel& model, QObject* parent = nullptr);
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  std::int64_t step(int row) const { return rows_[static_cast<std::size_t>(row)].step; }
  /// Reads the run again if it holds more than what is shown.
  void refresh();

 private:
  struct Row {
    std::int64_t step;
    QString what, tip;
    bool event;
    bool operator==(const Row&) const = default;
  };
  std::vector<Row> read() const;

  SessionModel& model_;
  std::vector<Row> rows_;
};

/// The table of events and of what was done, with double-click (or Enter) to go there.
class EventList : public QWidget {
  Q_OBJECT
 public:
  explicit EventList(SessionModel& model, QWidget* parent = nullptr);
  QTreeView* view() const { return view_; }

 private:
  SessionModel& model_;
  EventListModel* rows_;
  QTreeView* view_;
  QLabel* empty_;
};

}  // namespace learnscope
