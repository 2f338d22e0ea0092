// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/table_view.h"

#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QHeaderView>
#include <QMenu>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/export/figure_actions.h"
#include "widgets/plots/figure_painter.h"
#include "widgets/plots/line_layer.h"
#include "widgets/plots/plot_view.h"

namespace learnscope {

void ItemTableModel::setColumns(std::vector<Column> columns) {
  beginResetModel();
  columns_ = std::move(columns);
  values_.assign(columns_.size(), {});
  ids_.clear();
  order_.clear();
  endResetModel();
}

void ItemTableModel::setChecks(bool checkable, std::vector<std::int64_t> ids) {
  if (checkable == checkable_ && ids == checks_) return;
  checkable_ = checkable;
  checks_ = std::move(ids);
  if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, 0), {Qt::CheckStateRole});
}

bool ItemTableModel::isChecked(int row) const {
  return std::find(checks_.begin(), checks_.end(), idOf(row)) != checks_.end();
}

Qt::ItemFlags ItemTableModel::flags(const QModelIndex& at) const {
  const Qt::ItemFlags usual = QAbstractTableModel::flags(at);
  return checkable_ && at.isValid() && at.column() == 0 ? usual | Qt::ItemIsUserCheckable : usual;
}

bool ItemTableModel::setData(const QModelIndex& at, const QVariant& value, int role) {
  if (!checkable_ || !at.isValid() || at.column() != 0 || role != Qt::CheckStateRole) return false;
  emit checked(idOf(at.row()), value.toInt() == Qt::Checked);
  return true;
}

bool ItemTableModel::look(SessionModel& model, const Run& run, AnalysisFeed& feed) {
  bool changed = false;
  for (Column& column : columns_) changed |= column.value.update(model, run, model.cursor(), &feed);
  if (!changed) return false;
  const Bound* reference = nullptr;
  for (const Column& column : columns_)
    if (column.value.value() && !column.value.value()->itemIndex && !column.value.value()->scalar() && !reference)
      reference = &*column.value.value();
  std::vector<std::int64_t> ids;
  if (reference)
    for (std::size_t i = 0; i < reference->items(); ++i) ids.push_back(reference->id(i));
  const bool sameItems = ids == ids_;
  if (!sameItems) beginResetModel();
  ids_ = std::move(ids);
  for (std::size_t c = 0; c < columns_.size(); ++c)
    values_[c] = reference && columns_[c].value.value() ? columns_[c].value.value()->forItems(*reference)
                                                        : std::vector<double>(ids_.size(), std::nan(""));
  reorder();
  if (!sameItems)
    endResetModel();
  else if (!ids_.empty())
    emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
  return true;
}

void ItemTableModel::reorder() {
  order_.resize(ids_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  if (sortColumn_ < 0 || sortColumn_ >= columnCount()) return;
  const std::vector<double>& key = values_[static_cast<std::size_t>(sortColumn_)];
  // Missing values stand at the end in both directions.
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    if (!std::isfinite(key[a]) || !std::isfinite(key[b])) return std::isfinite(key[a]) && !std::isfinite(key[b]);
    return sortOrder_ == Qt::AscendingOrder ? key[a] < key[b] : key[a] > key[b];
  });
}

void ItemTableModel::sort(int column, Qt::SortOrder order) {
  emit layoutAboutToBeChanged();
  const QModelIndexList before = persistentIndexList();
  std::vector<std::int64_t> kept;
  for (const QModelIndex& old : before) kept.push_back(idOf(old.row()));
  sortColumn_ = column;
  sortOrder_ = order;
  reorder();
  QModelIndexList after;
  for (qsizetype i = 0; i < before.size(); ++i)
    after << index(rowOf(kept[static_cast<std::size_t>(i)]), before[i].column());
  changePersistentIndexList(before, after);
  emit layoutChanged();
}

int ItemTableModel::rowOf(std::int64_t id) const {
  for (std::size_t row = 0; row < order_.size(); ++row)
    if (ids_[order_[row]] == id) return static_cast<int>(row);
  return -1;
}

double ItemTableModel::number(int row, int column) const {
  return values_[static_cast<std::size_t>(column)][order_[static_cast<std::size_t>(row)]];
}

int ItemTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(order_.size());
}
int ItemTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QVariant ItemTableModel::data(const QModelIndex& at, int role) const {
  if (!at.isValid()) return {};
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role == Qt::CheckStateRole && checkable_ && at.column() == 0)
    return isChecked(at.row()) ? Qt::Checked : Qt::Unchecked;
  if (role == Qt::DisplayRole)
    return formatNumber(number(at.row(), at.column()), columns_[static_cast<std::size_t>(at.column())].digits);
  return {};
}

QVariant ItemTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::DisplayRole) return columns_[static_cast<std::size_t>(section)].title;
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  return {};
}

ItemTableView::ItemTableView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : View(std::move(viewSpec), sessionModel, parent),
      feed_(model(), QStringLiteral("view.") + QString::fromStdString(spec().id)),
      items_(new ItemTableModel(this)),
      table_(new QTableView(this)),
      empty_(new QLabel(table_->viewport())) {
  auto* fill = new QVBoxLayout(table_->viewport());
  fill->addWidget(empty_);
  empty_->setAlignment(Qt::AlignCenter);
  empty_->setWordWrap(true);
  empty_->setForegroundRole(QPalette::PlaceholderText);
  empty_->setAttribute(Qt::WA_TransparentForMouseEvents);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(table_);
  setFocusProxy(table_);
  table_->setModel(items_);
  table_->setAccessibleName(spec().title);
  table_->setAccessibleDescription(spec().doc);
  table_->setSortingEnabled(true);
  table_->sortByColumn(-1, Qt::AscendingOrder);
  table_->setTabKeyNavigation(false);  // Tab goes on to the next control
  table_->setShowGrid(false);
  table_->setFrameShape(QFrame::NoFrame);
  table_->setAlternatingRowColors(true);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setContextMenuPolicy(Qt::NoContextMenu);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(static_cast<int>(QFontMetricsF(font()).height() * 1.6));
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table_->horizontalHeader()->setHighlightSections(false);
  const auto look = [this] {
    if (isVisible()) refresh();
  };
  connect(&feed_, &AnalysisFeed::arrived, this, look);
  connect(&model(), &SessionModel::refreshed, this, look);
  connect(&model(), &SessionModel::cursorChanged, this, look);
  connect(&model(), &SessionModel::selectionChanged, this, &ItemTableView::showSelection);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ItemTableView::takeSelection);
  connect(items_, &ItemTableModel::checked, this, &ItemTableView::check);
  connect(items_, &ItemTableModel::modelReset, this, &ItemTableView::showEmpty);
}

void ItemTableView::showEmpty() {
  empty_->setVisible(items_->rowCount() == 0);
  empty_->setText(mistake_ ? mistakeText(*mistake_) : emptyTextOf(*this, run_ != nullptr, feed_.error()));
}

/// Checking adds to the selection, unchecking takes away.
void ItemTableView::check(std::int64_t id, bool on) {
  Selection selection{selectKind_, {}};
  if (model().selection().kind == selectKind_) selection.ids = model().selection().ids;
  std::erase(selection.ids, id);
  if (on) selection.ids.push_back(id);
  model().userSelect(selection.ids.empty() ? Selection{} : selection);
}

void ItemTableView::rebuild() {
  built_ = true;
  selectKind_ = QString::fromStdString(spec().json.value("select", std::string()));
  std::vector<ItemTableModel::Column> columns;
  const std::vector<Json> layers = spec().layers(run_ ? run_->info().config : model().config());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string pointer = "/layers/" + std::to_string(i);
    if (!layers[i].contains("value")) throw ConfigError(pointer + "/value", "missing", "expected a binding");
    ItemTableModel::Column column;
    column.value = LiveBinding(Binding::parse(layers[i]["value"], pointer + "/value"));
    column.title = QString::fromStdString(layers[i].value("title", column.value.binding().measure));
    column.digits = layers[i].value("digits", 4);
    if (selectKind_.isEmpty()) selectKind_ = QString::fromStdString(layers[i].value("select", std::string()));
    columns.push_back(std::move(column));
  }
  items_->setColumns(std::move(columns));
}

void ItemTableView::refresh() {
  const auto runs = model().runs(runsBinding(spec()));
  const std::shared_ptr<Run> now = runs.empty() ? nullptr : runs.back();
  if (!built_ || now != run_) {
    run_ = now;
    mistake_ = mistakeIn([this] { rebuild(); });
    if (mistake_) items_->setColumns({});
  }
  if (run_ && items_->look(model(), *run_, feed_)) showSelection();
  showEmpty();
}

void ItemTableView::showSelection() {
  if (selectKind_.isEmpty()) return;
  items_->setChecks(true,
                    model().selection().kind == selectKind_ ? model().selection().ids : std::vector<std::int64_t>());
  if (taking_) return;
  QItemSelection rows;
  if (model().selection().kind == selectKind_)
    for (const std::int64_t id : model().selection().ids)
      if (const int row = items_->rowOf(id); row >= 0)
        rows.select(items_->index(row, 0), items_->index(row, items_->columnCount() - 1));
  const QSignalBlocker quiet(table_->selectionModel());
  table_->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect);
  if (!rows.isEmpty()) table_->scrollTo(rows.first().topLeft());
  table_->viewport()->update();
}

void ItemTableView::takeSelection() {
  if (selectKind_.isEmpty()) return;
  Selection selection{selectKind_, {}};
  for (const QModelIndex& row : table_->selectionModel()->selectedRows())
    selection.ids.push_back(items_->idOf(row.row()));
  taking_ = true;
  model().userSelect(selection.ids.empty() ? Selection{} : selection);
  taking_ = false;
}

void ItemTableView::paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) {
  refresh();
  if (mistake_) throw ConfigError(*mistake_);
  const Theme theme = figureTheme(style);
  if (!style.transparent) painter.fillRect(rect, theme.plotBackground);
  const QFont font = figureFont(painter, style);
  const QFontMetricsF metrics(font, painter.device());
  painter.setFont(font);
  const int columns = items_->columnCount();
  if (columns == 0) return;
  const double pad = 0.5 * style.fontPt, line = 1.35 * metrics.height();
  const double width = (rect.width() - 2 * pad) / columns;
  double y = rect.top() + pad;
  const auto row = [&](const auto& textOf, const QColor& color) {
    painter.setPen(color);
    for (int c = 0; c < columns; ++c) {
      const QString text = metrics.elidedText(textOf(c), Qt::ElideRight, width - pad);
      painter.drawText(
          QPointF(rect.left() + pad + (c + 1) * width - metrics.horizontalAdvance(text), y + metrics.ascent()), text);
    }
    y += line;
  };
  row([&](int c) { return items_->headerData(c, Qt::Horizontal, Qt::DisplayRole).toString(); }, theme.muted);
  painter.setPen(QPen(theme.muted, 0.75 * style.lineWidthPt));
  painter.drawLine(QPointF(rect.left() + pad, y - 0.2 * line), QPointF(rect.right() - pad, y - 0.2 * line));
  for (int r = 0; r < items_->rowCount() && y + line <= rect.bottom(); ++r)
    row([&](int c) { return items_->data(items_->index(r, c), Qt::DisplayRole).toString(); }, theme.text);
  if (items_->rowCount() > 0) return;
  painter.setPen(theme.muted);
  painter.drawText(QRectF(QPointF(rect.left(), y), rect.bottomRight()), Qt::AlignCenter | Qt::TextWordWrap,
                   empty_->text());
}

QString ItemTableView::dataCsv() const {
  QString text = QStringLiteral("item");
  for (int c = 0; c < items_->columnCount(); ++c)
    text += ',' + csvQuoted(items_->headerData(c, Qt::Horizontal, Qt::DisplayRole).toString());
  text += '\n';
  for (int r = 0; r < items_->rowCount(); ++r) {
    text += QString::number(items_->idOf(r));
    for (int c = 0; c < items_->columnCount(); ++c) text += ',' + QString::number(items_->number(r, c), 'g', 17);
    text += '\n';
  }
  return text;
}

void ItemTableView::changeEvent(QEvent* event) {
  View::changeEvent(event);
  if (event->type() == QEvent::FontChange)
    table_->verticalHeader()->setDefaultSectionSize(static_cast<int>(QFontMetricsF(font()).height() * 1.6));
}

void ItemTableView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  refresh();
}

void ItemTableView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  addFigureActions(menu, *this);
  menu.exec(event->globalPos());
}

}  // namespace learnscope
