// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/run_set_model.h"

#include <QFont>
#include <QLocale>
#include <QPainter>
#include <QPixmap>
#include <algorithm>

#include "widgets/model/run_name.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

QString stateText(RunState state) {
  switch (state) {
    case RunState::Created:
      return RunSetModel::tr("new");
    case RunState::Running:
      return RunSetModel::tr("running");
    case RunState::Paused:
      return RunSetModel::tr("paused");
    case RunState::Finished:
      return RunSetModel::tr("finished");
    case RunState::Diverged:
      return RunSetModel::tr("diverged");
    case RunState::Failed:
      return RunSetModel::tr("failed");
    case RunState::Interrupted:
      return RunSetModel::tr("interrupted");
  }
  return {};
}

/// "12.3 MB; checkpoints 8.1 of 512 MB".
QString sizeText(const Run& run) {
  const RunBudget budget = run.budget();
  const QLocale locale;
  return RunSetModel::tr("%1; checkpoints %2 of %3")
      .arg(locale.formattedDataSize(static_cast<qint64>(budget.bytes)),
           locale.formattedDataSize(static_cast<qint64>(budget.checkpointBytes)),
           locale.formattedDataSize(static_cast<qint64>(budget.checkpointLimit)));
}

/// The run's line as plots draw it: colour and dash.
QPixmap swatch(int index) {
  QPixmap picture(22, 12);
  picture.fill(Qt::transparent);
  const Theme theme = Theme::current();
  QPainter painter(&picture);
  painter.setPen(QPen(theme.category(index), 2.4, Theme::dash(index), Qt::FlatCap));
  painter.drawLine(1, 6, 21, 6);
  return picture;
}

}  // namespace

RunSetModel::RunSetModel(SessionModel& model, QObject* parent) : QAbstractItemModel(parent), model_(model) {
  connect(&model_, &SessionModel::runSetChanged, this, &RunSetModel::rebuild);
  connect(&model_, &SessionModel::currentRunChanged, this, &RunSetModel::rebuild);
  connect(&model_, &SessionModel::statusChanged, this, &RunSetModel::renew);
  rebuild();
}

void RunSetModel::rebuild() {
  const auto& members = model_.session().members();
  const bool same = members.size() == nodes_.size() &&
                    std::equal(members.begin(), members.end(), nodes_.begin(),
                               [](const auto& member, const Node& node) { return member->run == node.run; });
  if (same) return renew();
  beginResetModel();
  nodes_.clear();
  roots_.clear();
  for (std::size_t i = 0; i < members.size(); ++i) {
    Node node;
    node.run = members[i]->run;
    node.color = static_cast<int>(i);
    const RunInfo& info = node.run->info();
    for (std::size_t j = 0; j < members.size(); ++j)
      if (!info.parent.empty() && members[j]->run->info().id == info.parent) node.parent = static_cast<int>(j);
    nodes_.push_back(std::move(node));
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const int at = static_cast<int>(i);
    (nodes_[i].parent < 0 ? roots_ : nodes_[static_cast<std::size_t>(nodes_[i].parent)].children).push_back(at);
  }
  endResetModel();
}

void RunSetModel::renew() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const QModelIndex at = find(nodes_[i].run->info().id);
    emit dataChanged(at, at.siblingAtColumn(ColumnCount - 1));
  }
}

const std::vector<int>& RunSetModel::children(const QModelIndex& parent) const {
  return parent.isValid() ? nodes_[parent.internalId()].children : roots_;
}

QModelIndex RunSetModel::index(int row, int column, const QModelIndex& parent) const {
  const std::vector<int>& rows = children(parent);
  if (row < 0 || row >= static_cast<int>(rows.size()) || column < 0 || column >= ColumnCount) return {};
  return createIndex(row, column, static_cast<quintptr>(rows[static_cast<std::size_t>(row)]));
}

QModelIndex RunSetModel::parent(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  const int up = nodes_[index.internalId()].parent;
  return up < 0 ? QModelIndex() : find(nodes_[static_cast<std::size_t>(up)].run->info().id);
}

int RunSetModel::rowCount(const QModelIndex& parent) const {
  return parent.column() > 0 ? 0 : static_cast<int>(children(parent).size());
}

int RunSetModel::columnCount(const QModelIndex&) const { return ColumnCount; }

QModelIndex RunSetModel::find(const std::string& id) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].run->info().id != id) continue;
    const std::vector<int>& siblings =
        nodes_[i].parent < 0 ? roots_ : nodes_[static_cast<std::size_t>(nodes_[i].parent)].children;
    const auto row = std::find(siblings.begin(), siblings.end(), static_cast<int>(i)) - siblings.begin();
    return createIndex(static_cast<int>(row), 0, static_cast<quintptr>(i));
  }
  return {};
}

std::string RunSetModel::runId(const QModelIndex& index) const {
  return index.isValid() ? nodes_[index.internalId()].run->info().id : std::string();
}

QString RunSetModel::title(const Node& node) const {
  // What was changed stands on a line of its own: the panel is narrow.
  const QString name = runName(model_, *node.run).replace(QStringLiteral(" \u00b7 "), QStringLiteral("\n"));
  return node.run->label().starred ? QStringLiteral("\u2605 ") + name : name;
}

QString RunSetModel::toolTip(const Node& node) const {
  const RunInfo& info = node.run->info();
  QString tip = QStringLiteral("<p><b>%1</b></p><p>").arg(title(node).toHtmlEscaped());
  tip += tr("seed %1, started %2<br>").arg(info.seed).arg(text(info.created).toHtmlEscaped());
  const QString note = text(node.run->label().note).toHtmlEscaped();
  if (!note.isEmpty())
    tip += QStringLiteral("<i>") + QString(note).replace(u'\n', QLatin1String("<br>")) + QStringLiteral("</i><br>");
  tip += sizeText(*node.run) + QStringLiteral("<br>");
  if (node.run->store()) tip += text(node.run->store()->path()).toHtmlEscaped();
  const QString message = text(node.run->stateMessage());
  return tip + (message.isEmpty() ? QStringLiteral("</p>")
                                  : QStringLiteral("<br>") + message.toHtmlEscaped() + QStringLiteral("</p>"));
}

QVariant RunSetModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Node& node = nodes_[index.internalId()];
  const RunInfo& info = node.run->info();
  const Member* member = model_.session().find(info.id);
  const bool current = member && member == model_.session().current();
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == Title) return title(node);
      if (index.column() == Seed) return QString::number(info.seed);
      return QLocale().toString(static_cast<qlonglong>(node.run->lastStep())) + u'\n' + stateText(node.run->state());
    case Qt::EditRole:
      return text(node.run->title());
    case Qt::DecorationRole:
      return index.column() == Title ? QVariant(swatch(node.color)) : QVariant();
    case Qt::CheckStateRole:
      if (index.column() != Title) return {};
      return member && member->shown ? Qt::Checked : Qt::Unchecked;
    case Qt::FontRole: {
      QFont font;
      font.setBold(current);
      return current ? QVariant(font) : QVariant();
    }
    case Qt::TextAlignmentRole:
      return index.column() == Step || index.column() == Seed ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                              : QVariant();
    case Qt::ToolTipRole:
      return toolTip(node);
    case Qt::AccessibleTextRole:
      return current && index.column() == Title ? tr("%1, current").arg(title(node)) : data(index, Qt::DisplayRole);
    case RunIdRole:
      return text(info.id);
    case ColorRole:
      return Theme::current().category(node.color);
    default:
      return {};
  }
}

bool RunSetModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  const std::string id = runId(index);
  if (id.empty()) return false;
  if (role == Qt::CheckStateRole) model_.userShow(id, value.toInt() == Qt::Checked);
  if (role == Qt::EditRole)
    if (const Member* member = model_.session().find(id)) {
      RunLabel label = member->run->label();
      label.title = value.toString().trimmed().toStdString();
      if (!label.title.empty()) model_.userLabel(id, label);
    }
  return role == Qt::CheckStateRole || role == Qt::EditRole;
}

Qt::ItemFlags RunSetModel::flags(const QModelIndex& index) const {
  Qt::ItemFlags flags = QAbstractItemModel::flags(index);
  if (index.column() == Title) flags |= Qt::ItemIsUserCheckable | Qt::ItemIsEditable;
  return flags;
}

QVariant RunSetModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole && section != Title) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  const QStringList titles{tr("Run"), tr("Seed"), tr("Step")};
  return titles.value(section);
}

}  // namespace learnscope
