// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run_list.h"

#include <QDateTime>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>

#include "widgets/model/icons.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString ageText(const QDateTime& when) {
  const qint64 seconds = when.secsTo(QDateTime::currentDateTime());
  if (seconds < 90) return RunList::tr("just now");
  if (seconds < 3600) return RunList::tr("%1 min ago").arg(seconds / 60);
  if (when.date() == QDate::currentDate())
    return RunList::tr("today, %1").arg(QLocale().toString(when.time(), QLocale::ShortFormat));
  if (when.date().daysTo(QDate::currentDate()) == 1) return RunList::tr("yesterday");
  return QLocale().toString(when.date(), QLocale::ShortFormat);
}

QColor stateColor(RunState state, const Theme& theme) {
  switch (state) {
    case RunState::Finished:
      return theme.color(QStringLiteral("2"));
    case RunState::Running:
      return theme.accent;
    case RunState::Diverged:
    case RunState::Failed:
      return theme.error;
    case RunState::Interrupted:
      return theme.warning;
    default:
      return theme.muted;
  }
}

class RunDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
    return {200, option.fontMetrics.lineSpacing() * 2 + 16};
  }
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const Theme theme = Theme::current();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF row = QRectF(option.rect).adjusted(1, 1, -1, -1);
    const bool current = option.state & QStyle::State_HasFocus;
    QColor back = theme.text;
    back.setAlphaF(option.state & QStyle::State_MouseOver || option.state & QStyle::State_Selected ? 0.07f : 0.0f);
    painter->setBrush(back);
    painter->setPen(current ? QPen(theme.accent, 1.5) : QPen(Qt::NoPen));
    painter->drawRoundedRect(row, 6, 6);

    const auto state = static_cast<RunState>(index.data(RunListModel::StateRole).toInt());
    const bool broken = !index.data(RunListModel::ErrorRole).toString().isEmpty();
    painter->setPen(Qt::NoPen);
    painter->setBrush(broken ? theme.error : stateColor(state, theme));
    painter->drawEllipse(QPointF(row.left() + 16, row.center().y()), 4, 4);

    QRect text = option.rect.adjusted(32, 7, -12, -7);
    const int line = option.fontMetrics.lineSpacing();
    QFont bold = option.font;
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    painter->setPen(theme.text);
    const QString lab = index.data(RunListModel::LabRole).toString();
    const int labWidth = option.fontMetrics.horizontalAdvance(lab) + 12;
    painter->drawText(QRect(text.left(), text.top(), text.width() - labWidth, line), Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(bold).elidedText(index.data().toString(), Qt::ElideRight, text.width() - labWidth));
    painter->setFont(option.font);
    painter->setPen(theme.muted);
    painter->drawText(QRect(text.left(), text.top(), text.width(), line), Qt::AlignRight | Qt::AlignVCenter, lab);
    painter->drawText(
        QRect(text.left(), text.top() + line, text.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
        option.fontMetrics.elidedText(index.data(RunListModel::DetailRole).toString(), Qt::ElideRight, text.width()));
    painter->restore();
  }
};

}  // namespace

RunListModel::RunListModel(const RecentRuns& runs, QObject* parent) : QAbstractListModel(parent), runs_(runs) {
  connect(&runs, &RecentRuns::changed, this, &RunListModel::reload);
}

void RunListModel::setSearch(const QString& search) {
  search_ = search;
  reload();
}

void RunListModel::reload() {
  constexpr std::size_t limit = 40;
  beginResetModel();
  shown_.clear();
  for (const RunFileEntry& entry : runs_.entries()) {
    const QString text = QStringLiteral("%1 %2 %3 %4")
                             .arg(QString::fromStdString(entry.info.label.title), runs_.labTitle(entry.info.lab),
                                  runStateText(entry.state), QString::fromStdString(entry.path));
    if (shown_.size() < limit && text.contains(search_, Qt::CaseInsensitive)) shown_.push_back(entry);
  }
  endResetModel();
}

int RunListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

QString RunListModel::detail(const RunFileEntry& entry) const {
  if (!entry.error.empty()) return QString::fromStdString(entry.error);
  const QLocale locale;
  const QFileInfo file(QString::fromStdString(entry.path));
  return tr("%1 · step %2 of %3 · seed %4 · %5 · %6")
      .arg(runStateText(entry.state), locale.toString(static_cast<qlonglong>(entry.lastStep)),
           locale.toString(static_cast<qlonglong>(entry.info.steps)), QString::number(entry.info.seed),
           locale.formattedDataSize(static_cast<qint64>(entry.bytes), 1), ageText(file.lastModified()));
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const RunFileEntry& entry = shown_[static_cast<std::size_t>(index.row())];
  const QString path = QString::fromStdString(entry.path);
  switch (role) {
    case Qt::DisplayRole:
      return entry.info.label.title.empty() ? QFileInfo(path).completeBaseName()
                                            : QString::fromStdString(entry.info.label.title);
    case Qt::ToolTipRole:
    case PathRole:
      return path;
    case LabRole:
      return runs_.labTitle(entry.info.lab);
    case StateRole:
      return static_cast<int>(entry.state);
    case DetailRole:
      return detail(entry);
    case ErrorRole:
      return QString::fromStdString(entry.error);
    case Qt::AccessibleTextRole:
      return data(index, Qt::DisplayRole).toString() + QStringLiteral(", ") + detail(entry);
    default:
      return {};
  }
}

RunList::RunList(RunListModel* model, QWidget* parent) : QListView(parent) {
  setObjectName(QStringLiteral("recentRuns"));
  setAccessibleName(tr("Recent runs"));
  setModel(model);
  setItemDelegate(new RunDelegate(this));
  setFrameShape(QFrame::NoFrame);
  setMouseTracking(true);
  setUniformItemSizes(true);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  viewport()->setAutoFillBackground(false);
  connect(model, &QAbstractItemModel::modelReset, this, [this] { updateGeometry(); });
  connect(this, &QListView::activated, this,
          [this](const QModelIndex& index) { emit openRequested(index.data(RunListModel::PathRole).toString()); });
}

QSize RunList::sizeHint() const {
  const int rows = model()->rowCount();
  return {600, rows == 0 ? 0 : rows * sizeHintForRow(0) + 4};
}

void RunList::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Delete && currentIndex().isValid())
    emit trashRequested(currentIndex().data(RunListModel::PathRole).toString());
  else
    QListView::keyPressEvent(event);
}

void RunList::contextMenuEvent(QContextMenuEvent* event) {
  const QModelIndex index = indexAt(viewport()->mapFromGlobal(event->globalPos()));
  if (!index.isValid()) return;
  const QString path = index.data(RunListModel::PathRole).toString();
  QMenu menu(this);
  menu.addAction(symbolicIcon(QStringLiteral("open")), tr("Open"), this, [this, path] { emit openRequested(path); });
  menu.addAction(symbolicIcon(QStringLiteral("save")), tr("Save a copy as…"), this,
                 [this, path] { emit copyRequested(path); });
  menu.addSeparator();
  menu.addAction(symbolicIcon(QStringLiteral("trash")), tr("Move to trash"), this,
                 [this, path] { emit trashRequested(path); });
  menu.exec(event->globalPos());
}

}  // namespace learnscope
