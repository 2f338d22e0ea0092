// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QTimer>

#include "widgets/model/session_model.h"

class QTableWidget;

namespace learnscope {

/// The shown runs side by side: last values of all scalar measures (at the cursor when it stands in the past) and the
/// steps of events, each with its difference from the current run, which stands first.
class CompareDialog : public QDialog {
  Q_OBJECT
 public:
  explicit CompareDialog(SessionModel& model, QWidget* parent = nullptr);
  /// The table as CSV: quantity, then value and difference of every run.
  QString csv() const;

 private:
  struct Cell {
    std::optional<double> value, difference;
  };
  struct Row {
    QString title, tip = {};
    bool step = false;  ///< of an event: a whole number
    std::vector<Cell> cells = {};
  };
  std::vector<std::shared_ptr<Run>> runs() const;
  std::vector<Row> rows() const;
  void fill();

  SessionModel& model_;
  QTableWidget* table_;
  QTimer later_;
};

}  // namespace learnscope
