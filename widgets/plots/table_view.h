// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QLabel>
#include <QTableView>

#include "widgets/model/binding.h"
#include "widgets/model/view.h"

namespace learnscope {

/// The columns of a table view at the cursor; one row an item, in an order of its own after sorting.
class ItemTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  struct Column {
    QString title;
    LiveBinding value;
    int digits = 4;
  };
  using QAbstractTableModel::QAbstractTableModel;
  void setColumns(std::vector<Column> columns);
  /// With `checkable` the first column has boxes: checked items are `ids`; what the user checks goes to `checked`.
  void setChecks(bool checkable, std::vector<std::int64_t> ids);
  /// True if a value has changed; the sorting is kept.
  bool look(SessionModel& model, const Run& run, AnalysisFeed& feed);
  std::int64_t idOf(int row) const { return ids_[order_[static_cast<std::size_t>(row)]]; }
  int rowOf(std::int64_t id) const;
  double number(int row, int column) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  void sort(int column, Qt::SortOrder order) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;

 signals:
  void checked(std::int64_t id, bool on);

 private:
  void reorder();
  bool isChecked(int row) const;

  std::vector<Column> columns_;
  std::vector<std::vector<double>> values_;  ///< by column, then item
  std::vector<std::int64_t> ids_;
  std::vector<std::size_t> order_;
  bool checkable_ = false;
  std::vector<std::int64_t> checks_;
  int sortColumn_ = -1;
  Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
};

/// Items of arrays as rows, sortable; rows that are selected or checked are the selection of all views.
class ItemTableView : public View {
  Q_OBJECT
 public:
  ItemTableView(ViewSpec spec, SessionModel& model, QWidget* parent);
  void refresh() override;
  void paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) override;
  QString dataCsv() const override;
  QTableView& table() const { return *table_; }

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void rebuild();
  void check(std::int64_t id, bool on);
  void showEmpty();
  void showSelection();
  void takeSelection();

  AnalysisFeed feed_;
  ItemTableModel* items_;
  QTableView* table_;
  QLabel* empty_;
  QString selectKind_;
  std::shared_ptr<Run> run_;
  std::optional<ConfigError> mistake_;  ///< in the page
  bool built_ = false, taking_ = false;
};

}  // namespace learnscope
