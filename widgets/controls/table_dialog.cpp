// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/table_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/controls/number_field.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString shown(const Json& value) {
  return value.is_number() || value.is_string() ? NumberField::format(value) : QString::fromStdString(value.dump());
}

}  // namespace

TableDialog::TableDialog(const Parameter& parameter, const Json& value, QWidget* parent)
    : QDialog(parent),
      parameter_(parameter),
      value_(value),
      table_(new QTableWidget(this)),
      problem_(new QLabel(this)) {
  setWindowTitle(QString::fromStdString(parameter.title));
  setObjectName(QStringLiteral("tableDialog"));
  table_->setObjectName(QStringLiteral("tableDialog.table"));
  table_->setAccessibleName(windowTitle());
  auto* doc = new QLabel(QString::fromStdString(parameter.doc), this);
  doc->setWordWrap(true);
  problem_->setWordWrap(true);
  QPalette red = problem_->palette();
  red.setColor(QPalette::WindowText, Theme::of(palette()).error);
  problem_->setPalette(red);

  auto* edit = new QHBoxLayout;
  const auto button = [&](const QString& label, const char* id, const std::function<void()>& action) {
    auto* made = new QPushButton(label, this);
    made->setObjectName(QLatin1String(id));
    made->setAutoDefault(false);
    edit->addWidget(made);
    connect(made, &QPushButton::clicked, this, [this, action] {
      action();
      check();
    });
  };
  button(tr("Add row"), "tableDialog.addRow", [this] { table_->insertRow(std::max(0, table_->currentRow() + 1)); });
  button(tr("Remove row"), "tableDialog.removeRow", [this] { table_->removeRow(std::max(0, table_->currentRow())); });
  if (parameter.type == ParameterType::Matrix) {
    button(tr("Add column"), "tableDialog.addColumn",
           [this] { table_->insertColumn(std::max(0, table_->currentColumn() + 1)); });
    button(tr("Remove column"), "tableDialog.removeColumn",
           [this] { table_->removeColumn(std::max(0, table_->currentColumn())); });
  }
  button(tr("Paste"), "tableDialog.paste", [this] { paste(); });
  edit->addStretch();

  auto* box = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  accept_ = box->button(QDialogButtonBox::Ok);
  connect(box, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* column = new QVBoxLayout(this);
  column->addWidget(doc);
  column->addWidget(table_, 1);
  column->addLayout(edit);
  column->addWidget(problem_);
  column->addWidget(box);
  fill();
  connect(table_, &QTableWidget::cellChanged, this, &TableDialog::check);
  resize(520, 380);
}

void TableDialog::fill() {
  const bool matrix = parameter_.type == ParameterType::Matrix;
  const Json& pattern = value_.is_array() && !value_.empty() ? value_ : parameter_.fallback;
  if (!matrix && pattern.is_array())
    for (const Json& row : pattern)
      for (const auto& [key, unused] : row.items())
        if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) keys_.push_back(key);
  const bool filled = value_.is_array() && !value_.empty();
  table_->setRowCount(filled ? static_cast<int>(value_.size()) : 0);
  table_->setColumnCount(matrix ? (filled ? static_cast<int>(value_.front().size()) : 1)
                                : static_cast<int>(keys_.size()));
  if (!matrix) {
    QStringList titles;
    for (const std::string& key : keys_) titles << QString::fromStdString(key);
    table_->setHorizontalHeaderLabels(titles);
  }
  for (int r = 0; r < table_->rowCount(); ++r)
    for (int c = 0; c < table_->columnCount(); ++c) {
      const Json& row = value_[static_cast<std::size_t>(r)];
      const auto at = static_cast<std::size_t>(c);
      const Json each = matrix ? row[at] : row.value(keys_[at], Json(""));
      table_->setItem(r, c, new QTableWidgetItem(shown(each)));
    }
}

Json TableDialog::cell(int row, int column, QString& wrong) const {
  const QTableWidgetItem* item = table_->item(row, column);
  const QString typed = item ? item->text().trimmed() : QString();
  const Json parsed = Json::parse(typed.toStdString(), nullptr, false);
  if (parameter_.type == ParameterType::Table) return parsed.is_discarded() ? Json(typed.toStdString()) : parsed;
  if (!parsed.is_number() && wrong.isEmpty())
    wrong = tr("Row %1, column %2: \u201c%3\u201d is not a number").arg(row + 1).arg(column + 1).arg(typed);
  return parsed.is_number() ? parsed : Json(0);
}

Json TableDialog::read(QString& wrong) const {
  Json rows = Json::array();
  for (int r = 0; r < table_->rowCount(); ++r) {
    Json row = parameter_.type == ParameterType::Matrix ? Json::array() : Json::object();
    for (int c = 0; c < table_->columnCount(); ++c) {
      Json each = cell(r, c, wrong);
      if (row.is_array())
        row.push_back(std::move(each));
      else
        row[keys_[static_cast<std::size_t>(c)]] = std::move(each);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void TableDialog::check() {
  QString wrong;
  const Json rows = read(wrong);
  if (wrong.isEmpty())
    if (const auto problem = parameter_.check(rows))
      wrong = tr("Must be %1").arg(QString::fromStdString(problem->allowed));
  problem_->setText(wrong.isEmpty() ? QString() : QStringLiteral("\u26a0 ") + wrong);
  accept_->setEnabled(wrong.isEmpty());
  if (wrong.isEmpty()) value_ = rows;
}

void TableDialog::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Paste)) {
    paste();
    check();
    return;
  }
  QDialog::keyPressEvent(event);
}

/// Cells from the current one on; the grid grows as far as the block needs, to at most 1000 x 1000.
void TableDialog::paste() {
  const QString block = QGuiApplication::clipboard()->text();
  const QStringList lines = block.split(u'\n', Qt::SkipEmptyParts);
  const int top = std::max(0, table_->currentRow()), left = std::max(0, table_->currentColumn());
  const bool matrix = parameter_.type == ParameterType::Matrix;
  for (int r = 0; r < std::min<qsizetype>(lines.size(), 1000); ++r) {
    const QString line = lines[r].trimmed();
    const QStringList cells = line.split(line.contains(u'\t') ? u'\t' : line.contains(u';') ? u';' : u',');
    if (top + r >= table_->rowCount()) table_->insertRow(table_->rowCount());
    for (int c = 0; c < std::min<qsizetype>(cells.size(), 1000); ++c) {
      if (left + c >= table_->columnCount()) {
        if (!matrix) break;
        table_->insertColumn(table_->columnCount());
      }
      table_->setItem(top + r, left + c, new QTableWidgetItem(cells[c].trimmed()));
    }
  }
}

}  // namespace learnscope
