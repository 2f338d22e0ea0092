// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <functional>

#include "engine/core/parameter.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace learnscope {

/// Edits a Matrix (rows of numbers) or a Table (objects) parameter as a grid: rows and columns are added and removed,
/// and a block copied from a spreadsheet can be pasted. What is not allowed is said below and keeps the dialog open.
class TableDialog : public QDialog {
  Q_OBJECT
 public:
  TableDialog(const Parameter& parameter, const Json& value, QWidget* parent = nullptr);
  Json value() const { return value_; }

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void fill();
  void check();
  Json read(QString& wrong) const;
  Json cell(int row, int column, QString& wrong) const;
  void paste();

  Parameter parameter_;
  Json value_;
  std::vector<std::string> keys_;  // columns of a Table
  QTableWidget* table_;
  QLabel* problem_;
  QPushButton* accept_;
};

}  // namespace learnscope
