// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <algorithm>

#include "engine/core/array.h"

namespace learnscope {

/// An array as a table: rows are the first axis (headed by their ids), columns all others. Reads cells only as they are
/// shown.
class ArrayTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  using QAbstractTableModel::QAbstractTableModel;
  void setArray(const Array& array) {
    beginResetModel();
    array_ = array;
    endResetModel();
  }
  int rowCount(const QModelIndex& parent = {}) const override {
    if (parent.isValid() || array_.empty()) return 0;
    return array_.shape().empty() ? 1 : static_cast<int>(std::min<std::int64_t>(array_.shape().front(), limit));
  }
  int columnCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() || array_.empty() ? 0 : static_cast<int>(std::min<std::int64_t>(width(), limit));
  }
  QVariant data(const QModelIndex& index, int role) const override {
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    return QString::number(array_.value(static_cast<std::size_t>(index.row() * width() + index.column())), 'g', 6);
  }
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
    if (role != Qt::DisplayRole) return {};
    return QString::number(orientation == Qt::Vertical ? array_.id(static_cast<std::size_t>(section)) : section);
  }

 private:
  static constexpr std::int64_t limit = 1'000'000;
  std::int64_t width() const {
    const std::int64_t rows = array_.shape().empty() ? 1 : std::max<std::int64_t>(1, array_.shape().front());
    return static_cast<std::int64_t>(array_.size()) / rows;
  }
  Array array_;
};

}  // namespace learnscope
