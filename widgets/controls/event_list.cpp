// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/event_list.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/controls/number_field.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

QString pairs(const Json& values) {
  QStringList parts;
  for (const auto& [id, value] : values.items()) parts << text(id) + QStringLiteral(" = ") + NumberField::format(value);
  return parts.join(QStringLiteral(", "));
}

}  // namespace

QString journalText(const Description& description, const Json& command) {
  if (command.contains("set")) return pairs(command["set"]);
  if (!command.contains("intervene")) return text(command.dump());
  const Json& what = command["intervene"];
  const InterventionDescription* known = description.intervention(what.value("name", std::string()));
  const QString arguments = pairs(what.value("arguments", Json::object()));
  const QString name = known ? text(known->title) : text(what.value("name", std::string()));
  return arguments.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, arguments);
}

EventListModel::EventListModel(SessionModel& model, QObject* parent) : QAbstractTableModel(parent), model_(model) {
  refresh();
}

std::vector<EventListModel::Row> EventListModel::read() const {
  std::vector<Row> rows;
  const std::shared_ptr<Run> run = model_.run();
  if (!run) return rows;
  for (const Event& event : run->events()) {
    const EventRule* rule = run->description().event(event.id);
    QString tip = rule ? tr("Rule: %1").arg(text(rule->rule)) : QString();
    if (event.detected != event.step) tip += tr("\nDetected at step %1").arg(event.detected);
    if (!event.values.empty()) tip += QLatin1Char('\n') + pairs(event.values);
    rows.push_back({event.step, text(event.title.empty() ? event.id : event.title), tip.trimmed(), true});
  }
  for (const JournalEntry& entry : run->journal())
    rows.push_back({entry.step, journalText(run->description(), entry.command), text(entry.command.dump()), false});
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.step < b.step; });
  return rows;
}

void EventListModel::refresh() {
  std::vector<Row> rows = read();
  if (rows == rows_) return;
  // Usually there is only more at the end: the view keeps its place.
  const bool longer = rows.size() > rows_.size() && std::equal(rows_.begin(), rows_.end(), rows.begin());
  if (longer) {
    beginInsertRows({}, static_cast<int>(rows_.size()), static_cast<int>(rows.size()) - 1);
    rows_ = std::move(rows);
    endInsertRows();
  } else {
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
  }
}

int EventListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}
int EventListModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant EventListModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Row& row = rows_[static_cast<std::size_t>(index.row())];
  if (role == Qt::ToolTipRole) return row.tip;
  if (role == Qt::TextAlignmentRole && index.column() == Step) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  if (index.column() == Step) return QLocale().toString(static_cast<qlonglong>(row.step));
  if (index.column() == What) return row.what;
  return row.event ? tr("event") : tr("done");
}

QVariant EventListModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return QStringList{tr("Step"), tr("What"), tr("Kind")}.value(section);
}

EventList::EventList(SessionModel& model, QWidget* parent)
    : QWidget(parent),
      model_(model),
      rows_(new EventListModel(model, this)),
      view_(new QTreeView(this)),
      empty_(new QLabel(this)) {
  setObjectName(QStringLiteral("eventList"));
  setAccessibleName(tr("Events"));
  view_->setObjectName(QStringLiteral("eventList.view"));
  view_->setAccessibleName(tr("Events"));
  view_->setModel(rows_);
  view_->setRootIsDecorated(false);
  view_->setUniformRowHeights(true);
  view_->setFrameShape(QFrame::NoFrame);
  view_->setAllColumnsShowFocus(true);
  view_->header()->setStretchLastSection(false);
  view_->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  view_->header()->setSectionResizeMode(EventListModel::What, QHeaderView::Stretch);
  empty_->setText(tr("Detected moments and what you did will stand here."));
  empty_->setAlignment(Qt::AlignCenter);
  empty_->setWordWrap(true);
  empty_->setForegroundRole(QPalette::PlaceholderText);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(view_, 1);
  column->addWidget(empty_, 1);
  const auto renew = [this] {
    rows_->refresh();
    view_->setVisible(rows_->rowCount() > 0);
    empty_->setVisible(rows_->rowCount() == 0);
  };
  connect(&model_, &SessionModel::statusChanged, this, renew);
  connect(&model_, &SessionModel::currentRunChanged, this, renew);
  connect(view_, &QTreeView::activated, this,
          [this](const QModelIndex& index) { model_.userCursor(rows_->step(index.row())); });
  renew();
}

}  // namespace learnscope
