// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
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

 private:
  void reorder();

  std::vector<Column> columns_;
  std::vector<std::vector<double>> values_;  ///< by column, then item
  std::vector<std::int64_t> ids_;
  std::vector<std::size_t> order_;
  int sortColumn_ = -1;
  Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
};

/// Items of arrays as rows, sortable, its selection linked with all views.
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
  void showSelection();
  void takeSelection();

  AnalysisFeed feed_;
  ItemTableModel* items_;
  QTableView* table_;
  QString selectKind_;
  std::shared_ptr<Run> run_;
  bool built_ = false, taking_ = false;
};

}  // namespace learnscope
