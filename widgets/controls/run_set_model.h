// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>

#include "widgets/model/session_model.h"

namespace learnscope {

/// The run set as a tree: branches below their parents. The first column is checkable (shown) and editable (title); the
/// last holds the step and, below it, the state.
class RunSetModel : public QAbstractItemModel {
  Q_OBJECT
 public:
  enum Column { Title, Seed, Step, ColumnCount };
  enum Role { RunIdRole = Qt::UserRole, ColorRole };

  explicit RunSetModel(SessionModel& model, QObject* parent = nullptr);

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  QModelIndex find(const std::string& runId) const;
  std::string runId(const QModelIndex& index) const;

 private:
  struct Node {
    std::shared_ptr<Run> run;
    int color = 0;
    int parent = -1;
    std::vector<int> children;
  };
  void rebuild();
  void renew();
  const std::vector<int>& children(const QModelIndex& parent) const;
  QString title(const Node& node) const;
  QString toolTip(const Node& node) const;

  SessionModel& model_;
  std::vector<Node> nodes_;
  std::vector<int> roots_;
};

}  // namespace learnscope
