// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/claim_list.h"

#include <QCheckBox>
#include <QItemSelectionModel>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QPainterPath>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/model/theme.h"
#include "widgets/plots/scale_map.h"

namespace learnscope {
namespace {

QString verdictText(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds:
      return ClaimList::tr("holds");
    case Verdict::Fails:
      return ClaimList::tr("fails");
    case Verdict::Open:
      return ClaimList::tr("open");
    case Verdict::NotAsked:
      break;
  }
  return ClaimList::tr("not asked");
}

QString valueText(const Judgement& judgement) {
  if (!judgement.value) return ClaimList::tr("no value yet");
  return std::isinf(*judgement.value) ? ClaimList::tr("never") : formatNumber(*judgement.value);
}

/// The first view that draws a measure: one whose layers name it.
bool names(const Json& json, const std::string& measure) {
  if (json.is_string()) return json.get_ref<const std::string&>() == measure;
  return json.is_structured() &&
         std::any_of(json.begin(), json.end(), [&](const Json& part) { return names(part, measure); });
}
const ViewSpec* viewOf(const LabPage& page, const Config& config, const std::string& measure) {
  const ViewSpec* best = nullptr;
  for (const ViewSpec& view : page.views) {
    if (view.json.contains("when") && !config.satisfies(view.json["when"])) continue;
    if (!names(view.json["layers"], measure)) continue;
    if (view.kind == QLatin1String("lines")) return &view;
    if (!best) best = &view;
  }
  return best;
}

QColor verdictColor(Verdict verdict, const Theme& theme) {
  switch (verdict) {
    case Verdict::Holds:
      return theme.category(2);
    case Verdict::Fails:
      return theme.error;
    case Verdict::Open:
      return theme.muted;
    case Verdict::NotAsked:
      break;
  }
  return theme.faint;
}

/// A tick, a cross, a ring or a dash, so that colour is not the only difference.
void paintVerdict(QPainter& painter, const QRectF& box, Verdict verdict, const QColor& color) {
  const auto at = [&](double x, double y) {
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
  };
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(color, 0.13 * box.width(), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  switch (verdict) {
    case Verdict::Holds:
      painter.drawPolyline(QPolygonF{at(0.1, 0.55), at(0.4, 0.85), at(0.92, 0.2)});
      break;
    case Verdict::Fails:
      painter.drawLine(at(0.18, 0.18), at(0.82, 0.82));
      painter.drawLine(at(0.18, 0.82), at(0.82, 0.18));
      break;
    case Verdict::Open:
      painter.drawEllipse(box.center(), 0.34 * box.width(), 0.34 * box.width());
      break;
    case Verdict::NotAsked:
      painter.drawLine(at(0.25, 0.5), at(0.75, 0.5));
      break;
  }
}

/// A verdict's mark and the sentence: as much as fits on a line, of the current row all of it; below it what was found
/// and what was expected.
class ClaimDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const auto* list = qobject_cast<const QListView*>(option.widget);
    const int width = list ? list->viewport()->width() : option.rect.width();
    const QString sentence = index.data(Qt::DisplayRole).toString();
    const QRect text = textRect(option, QRect(0, 0, width, 0), isCurrent(option, index) ? sentence : QString());
    return {width, text.height() + option.fontMetrics.height() + 2 * pad(option)};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const override {
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const QString sentence = option.text;
    option.text.clear();
    QStyle* style = option.widget->style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
    const auto verdict = static_cast<Verdict>(index.data(ClaimListModel::VerdictRole).toInt());
    const Theme theme = Theme::of(option.palette);
    const int em = option.fontMetrics.height(), p = pad(option);
    const bool whole = isCurrent(option, index);
    const QRect text = textRect(option, option.rect, whole ? sentence : QString());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(option.font);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const auto group = option.state.testFlag(QStyle::State_Active) ? QPalette::Active : QPalette::Inactive;
    const QColor plain = option.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text);
    paintVerdict(*painter, QRectF(option.rect.left() + p, text.top() + 0.08 * em, 0.84 * em, 0.84 * em), verdict,
                 selected ? plain : verdictColor(verdict, theme));
    painter->setPen(verdict == Verdict::NotAsked && !selected ? theme.muted : plain);
    if (whole)
      painter->drawText(text, Qt::TextWordWrap, sentence);
    else
      painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                        option.fontMetrics.elidedText(sentence, Qt::ElideRight, text.width()));
    painter->setPen(selected ? plain : theme.muted);
    const QRect line(text.left(), text.bottom() + 1, option.rect.right() - p - text.left(), em);
    painter->drawText(
        line, Qt::AlignLeft | Qt::AlignVCenter,
        option.fontMetrics.elidedText(index.data(ClaimListModel::DetailRole).toString(), Qt::ElideRight, line.width()));
    painter->restore();
  }

 private:
  static int pad(const QStyleOptionViewItem& option) { return option.fontMetrics.height() / 3; }
  static bool isCurrent(const QStyleOptionViewItem& option, const QModelIndex& index) {
    const auto* list = qobject_cast<const QListView*>(option.widget);
    return list && list->currentIndex() == index;
  }
  /// Of a whole sentence, or of one line.
  static QRect textRect(const QStyleOptionViewItem& option, const QRect& row, const QString& sentence) {
    const int em = option.fontMetrics.height(), p = pad(option), left = row.left() + 2 * p + em;
    const int width = std::max(4 * em, row.right() - p - left);
    if (sentence.isEmpty()) return {left, row.top() + p, width, em};
    const QRect needed =
        option.fontMetrics.boundingRect(QRect(left, row.top() + p, width, 100000), Qt::TextWordWrap, sentence);
    return {left, row.top() + p, width, needed.height()};
  }
};

}  // namespace

ClaimListModel::ClaimListModel(SessionModel& model, QObject* parent)
    : QAbstractListModel(parent), model_(model), judgements_(model.claims().list().size()) {
  rows_ = shown();
}

std::vector<std::size_t> ClaimListModel::shown() const {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < judgements_.size(); ++i)
    if (whole_ || judgements_[i].verdict != Verdict::NotAsked) rows.push_back(i);
  // What fails is not to be looked for.
  std::stable_partition(rows.begin(), rows.end(),
                        [this](std::size_t i) { return judgements_[i].verdict == Verdict::Fails; });
  return rows;
}

int ClaimListModel::count(Verdict verdict) const {
  return static_cast<int>(std::count_if(judgements_.begin(), judgements_.end(),
                                        [verdict](const Judgement& each) { return each.verdict == verdict; }));
}

void ClaimListModel::setWhole(bool whole) {
  beginResetModel();
  whole_ = whole;
  rows_ = shown();
  endResetModel();
}

void ClaimListModel::refresh() {
  const Claims& claims = model_.claims();
  const std::shared_ptr<Run> run = model_.run();
  std::vector<Judgement> now(claims.list().size());
  for (std::size_t i = 0; run && i < now.size(); ++i)
    now[i] = claims.judge(claims.list()[i], *run, [&](const std::string& measure, std::int64_t step) {
      return model_.array(*run, measure, step);
    });
  if (now == judgements_) return;
  judgements_ = std::move(now);
  const std::vector<std::size_t> rows = shown();
  if (rows != rows_) {
    beginResetModel();
    rows_ = rows;
    endResetModel();
  } else if (!rows_.empty()) {
    emit dataChanged(index(0), index(rowCount() - 1));
  }
}

int ClaimListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant ClaimListModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Claim& one = claim(index.row());
  const Judgement& found = judgement(index.row());
  const QString sentence = QString::fromStdString(one.text), expected = QString::fromStdString(one.expected());
  const QString source = one.source == Claim::Source::Paper ? tr("paper") : tr("ours");
  QStringList presets;
  for (const std::string& id : one.presets)
    if (const Preset* preset = model_.page().preset(id)) presets << preset->title;
  const QString asked = presets.isEmpty() ? tr("other settings") : presets.join(QStringLiteral(", "));
  const QString detail = found.verdict == Verdict::NotAsked
                             ? tr("about %1").arg(asked)
                             : tr("%1, expected %2 · %3").arg(valueText(found), expected, source);
  switch (role) {
    case Qt::DisplayRole:
      return sentence;
    case VerdictRole:
      return static_cast<int>(found.verdict);
    case DetailRole:
      return detail;
    case Qt::AccessibleTextRole:
      return QStringLiteral("%1: %2 %3").arg(verdictText(found.verdict), sentence, detail);
    case Qt::ToolTipRole:
      return QStringLiteral("<p>%1</p><p>%2</p>")
          .arg(sentence.toHtmlEscaped(), found.step >= 0 ? tr("%1, step %2. Enter or a double click goes there.")
                                                               .arg(verdictText(found.verdict))
                                                               .arg(found.step)
                                                         : verdictText(found.verdict));
    default:
      return {};
  }
}

ClaimList::ClaimList(SessionModel& model, QWidget* parent)
    : QWidget(parent),
      model_(model),
      rows_(new ClaimListModel(model, this)),
      view_(new QListView(this)),
      summary_(new QLabel(this)),
      whole_(new QCheckBox(this)) {
  setObjectName(QStringLiteral("claimList"));
  setAccessibleName(tr("Claims"));
  view_->setObjectName(QStringLiteral("claimList.view"));
  view_->setAccessibleName(tr("Claims"));
  view_->setModel(rows_);
  view_->setItemDelegate(new ClaimDelegate(view_));
  view_->setFrameShape(QFrame::NoFrame);
  view_->setResizeMode(QListView::Adjust);
  view_->setAlternatingRowColors(true);
  view_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  summary_->setObjectName(QStringLiteral("claimList.summary"));
  summary_->setWordWrap(true);
  summary_->setMargin(6);
  whole_->setObjectName(QStringLiteral("claimList.whole"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(summary_);
  column->addWidget(view_, 1);
  column->addWidget(whole_);
  timer_.setSingleShot(true);
  timer_.setInterval(250);
  connect(&timer_, &QTimer::timeout, this, &ClaimList::renew);
  const auto soon = [this] {
    if (isVisible() && !timer_.isActive()) timer_.start();
  };
  connect(&model_, &SessionModel::refreshed, this, soon);
  connect(&model_, &SessionModel::statusChanged, this, soon);
  connect(&model_, &SessionModel::currentRunChanged, this, &ClaimList::renew);
  connect(whole_, &QCheckBox::toggled, this, [this](bool on) { rows_->setWhole(on); });
  connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, view_, [this](const QModelIndex& now) {
    view_->doItemsLayout();
    view_->scrollTo(now);
  });
  connect(view_, &QListView::clicked, this, [this](const QModelIndex& at) { go(at.row(), false); });
  connect(view_, &QListView::activated, this, [this](const QModelIndex& at) { go(at.row(), true); });
  renew();
}

QSize ClaimList::minimumSizeHint() const {
  return {QWidget::minimumSizeHint().width(), 4 * fontMetrics().lineSpacing()};
}

void ClaimList::renew() {
  rows_->refresh();
  const int holds = rows_->count(Verdict::Holds), fails = rows_->count(Verdict::Fails),
            open = rows_->count(Verdict::Open), others = rows_->count(Verdict::NotAsked);
  QStringList parts;
  if (holds > 0) parts << tr("%1 holding").arg(holds);
  if (fails > 0) parts << tr("%1 failing").arg(fails);
  if (open > 0) parts << tr("%1 open").arg(open);
  summary_->setText(parts.isEmpty() ? tr("No claim is about a run with these settings. Start a preset.")
                                    : parts.join(QStringLiteral(" · ")));
  whole_->setText(tr("Show the %1 of other presets").arg(others));
  whole_->setVisible(others > 0);
}

void ClaimList::go(int row, bool toStep) {
  const Claim& claim = rows_->claim(row);
  const std::int64_t step = rows_->judgement(row).step;
  const ViewSpec* view =
      claim.value.measure.empty() ? nullptr : viewOf(model_.page(), model_.config(), claim.value.measure);
  if (view) emit viewRequested(QString::fromStdString(view->id));
  if (step >= 0 && (toStep || !view)) model_.userCursor(step);
}

void ClaimList::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  renew();
}

}  // namespace learnscope
