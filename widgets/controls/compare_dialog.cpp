// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/compare_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/model/run_name.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

std::optional<double> valueAt(const Run& run, const std::string& measure, std::int64_t step) {
  const ScalarSeries& series = run.scalars(measure);
  const std::ptrdiff_t index = indexAt(series, step);
  if (index < 0) return {};
  return series[static_cast<std::size_t>(index)].value;
}

QString signedText(double difference, const QString& number) {
  return (difference > 0 ? QStringLiteral("+") : QString()) + number;
}

}  // namespace

CompareDialog::CompareDialog(SessionModel& model, QWidget* parent)
    : QDialog(parent), model_(model), table_(new QTableWidget(this)) {
  setObjectName(QStringLiteral("compareDialog"));
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Compare runs"));
  table_->setObjectName(QStringLiteral("compareDialog.table"));
  table_->setAccessibleName(tr("Runs compared"));
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setSelectionMode(QAbstractItemView::ContiguousSelection);
  table_->setAlternatingRowColors(true);
  table_->setWordWrap(false);
  // A run's name over the lines that its parts take.
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignCenter);
  table_->horizontalHeader()->setFixedHeight(3 * fontMetrics().lineSpacing() + 8);
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
  auto* box = new QDialogButtonBox(QDialogButtonBox::Close, this);
  QPushButton* copy = box->addButton(tr("&Copy as CSV"), QDialogButtonBox::ActionRole);
  copy->setObjectName(QStringLiteral("compareDialog.copy"));
  auto* column = new QVBoxLayout(this);
  column->addWidget(table_, 1);
  column->addWidget(box);
  connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(csv()); });
  connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
  later_.setSingleShot(true);
  later_.setInterval(300);
  connect(&later_, &QTimer::timeout, this, &CompareDialog::fill);
  connect(&model_, &SessionModel::refreshed, &later_, [this] {
    if (!later_.isActive()) later_.start();
  });
  fill();
  const int em = fontMetrics().height();
  resize(44 * em, 32 * em);
}

std::vector<std::shared_ptr<Run>> CompareDialog::runs() const {
  std::vector<std::shared_ptr<Run>> runs = model_.runs(QStringLiteral("shown"));
  std::stable_partition(runs.begin(), runs.end(), [this](const auto& run) { return run == model_.run(); });
  return runs;
}

std::vector<CompareDialog::Row> CompareDialog::rows() const {
  std::vector<Row> rows;
  const std::vector<std::shared_ptr<Run>> shown = runs();
  if (shown.empty()) return rows;
  const auto add = [&](Row row, const auto& value) {
    for (const auto& run : shown) row.cells.push_back({value(*run), {}});
    const std::optional<double> base = row.cells.front().value;
    for (Cell& cell : row.cells)
      if (cell.value && base) cell.difference = *cell.value - *base;
    const bool any = std::any_of(row.cells.begin(), row.cells.end(), [](const Cell& cell) { return cell.value; });
    if (any) rows.push_back(std::move(row));
  };
  const Description& description = shown.front()->description();
  const std::int64_t at = model_.following() ? INT64_MAX : model_.cursor();
  for (const Measure& measure : description.measures)
    if (measure.kind == MeasureKind::Scalar)
      add({text(measure.title), text(measure.doc)}, [&](const Run& run) { return valueAt(run, measure.id, at); });
  for (const EventRule& rule : description.events)
    if (!rule.indexed())
      add({tr("%1, step").arg(text(rule.title)), text(rule.rule), true}, [&](const Run& run) -> std::optional<double> {
        const std::optional<std::int64_t> step = model_.eventStep(run, rule.id);
        return step ? std::optional(static_cast<double>(*step)) : std::nullopt;
      });
  return rows;
}

void CompareDialog::fill() {
  const std::vector<std::shared_ptr<Run>> shown = runs();
  const std::vector<Row> all = rows();
  const Theme theme = Theme::of(palette());
  const QLocale locale;
  table_->setColumnCount(static_cast<int>(shown.size()));
  table_->setRowCount(static_cast<int>(all.size()));
  for (std::size_t c = 0; c < shown.size(); ++c) {
    QString name = runName(model_, *shown[c]);
    auto* head = new QTableWidgetItem(name.replace(QStringLiteral(" \u00b7 "), QStringLiteral("\n")));
    head->setForeground(theme.category(model_.colorOf(*shown[c])));
    table_->setHorizontalHeaderItem(static_cast<int>(c), head);
  }
  for (std::size_t r = 0; r < all.size(); ++r) {
    const Row& row = all[r];
    auto* head = new QTableWidgetItem(row.title);
    head->setToolTip(row.tip);
    table_->setVerticalHeaderItem(static_cast<int>(r), head);
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const Cell& cell = row.cells[c];
      const auto number = [&](double value) {
        return row.step ? locale.toString(static_cast<qlonglong>(value)) : locale.toString(value, 'g', 4);
      };
      QString said = cell.value ? number(*cell.value) : QStringLiteral("\u2013");
      if (c > 0 && cell.difference)
        said += QStringLiteral("   (%1)").arg(signedText(*cell.difference, number(*cell.difference)));
      auto* item = new QTableWidgetItem(said);
      item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table_->setItem(static_cast<int>(r), static_cast<int>(c), item);
    }
  }
  if (table_->columnCount() > 0) table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
}

QString CompareDialog::csv() const {
  const auto quoted = [](QString field) { return u'"' + field.replace(u'"', QLatin1String("\"\"")) + u'"'; };
  const auto number = [](const std::optional<double>& value) {
    return value ? QString::number(*value, 'g', 17) : QString();
  };
  QStringList head{QStringLiteral("quantity")};
  for (const auto& run : runs()) head << quoted(runName(model_, *run)) << QStringLiteral("difference");
  QString out = head.join(u',') + u'\n';
  for (const Row& row : rows()) {
    QStringList fields{quoted(row.title)};
    for (const Cell& cell : row.cells) fields << number(cell.value) << number(cell.difference);
    out += fields.join(u',') + u'\n';
  }
  return out;
}

}  // namespace learnscope
