// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/timeline_track.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>

#include "widgets/controls/event_list.h"
#include "widgets/model/playback.h"

namespace learnscope {
namespace {

constexpr double side = 10;  // margin left and right, where the cursor's handle hangs over
constexpr double barHeight = 20;

constexpr qint64 marksGap = 100;  // ms between two readings of events and journal

QString text(const std::string& s) { return QString::fromStdString(s); }

/// The track as a slider over steps.
class TrackAccessible : public QAccessibleWidget, public QAccessibleValueInterface {
 public:
  TrackAccessible(TimelineTrack* track, SessionModel& model)
      : QAccessibleWidget(track, QAccessible::Slider), track_(track), model_(model) {}
  void* interface_cast(QAccessible::InterfaceType type) override {
    return type == QAccessible::ValueInterface ? static_cast<QAccessibleValueInterface*>(this)
                                               : QAccessibleWidget::interface_cast(type);
  }
  QString text(QAccessible::Text kind) const override {
    return kind == QAccessible::Value ? track_->valueText() : QAccessibleWidget::text(kind);
  }
  QVariant currentValue() const override { return QVariant::fromValue<qlonglong>(model_.cursor()); }
  void setCurrentValue(const QVariant& value) override { model_.userCursor(value.toLongLong()); }
  QVariant maximumValue() const override { return QVariant::fromValue<qlonglong>(track_->last()); }
  QVariant minimumValue() const override { return QVariant::fromValue<qlonglong>(track_->first()); }
  QVariant minimumStepSize() const override { return 1; }

 private:
  TimelineTrack* track_;
  SessionModel& model_;
};

QAccessibleInterface* makeAccessible(const QString& name, QObject* object) {
  auto* track = qobject_cast<TimelineTrack*>(object);
  return track && name == QLatin1String("learnscope::TimelineTrack") ? new TrackAccessible(track, track->model())
                                                                     : nullptr;
}

}  // namespace

TimelineTrack::TimelineTrack(SessionModel& model, Playback& playback, QWidget* parent)
    : QWidget(parent), model_(model), playback_(playback) {
  // Before the first name is set: that already asks for the interface, which is then kept.
  [[maybe_unused]] static const bool installed = (QAccessible::installFactory(makeAccessible), true);
  setObjectName(QStringLiteral("timeline.track"));
  setAccessibleName(tr("Timeline"));
  setAccessibleDescription(
      tr("Left and Right move the cursor, Ctrl with them goes from event to event, End follows the newest step"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  connect(&model_, &SessionModel::refreshed, this, &TimelineTrack::refresh);
  connect(&model_, &SessionModel::cursorChanged, this, qOverload<>(&QWidget::update));
  connect(&model_, &SessionModel::hoverChanged, this, qOverload<>(&QWidget::update));
  connect(&playback_, &Playback::changed, this, qOverload<>(&QWidget::update));
  const auto renew = [this] {
    stale_ = true;
    refresh();
  };
  connect(&model_, &SessionModel::currentRunChanged, this, renew);
  connect(&model_, &SessionModel::runSetChanged, this, renew);
  connect(&model_, &SessionModel::statusChanged, this, renew);
  connect(&model_, &SessionModel::configEdited, this, renew);
  refresh();
}

int TimelineTrack::labelHeight() const { return fontMetrics().height(); }
QSize TimelineTrack::sizeHint() const {
  return {600, static_cast<int>(3 * labelHeight() + barHeight + 3 * branchRows + 12)};
}
QRectF TimelineTrack::bar() const { return {side, 2.0 * labelHeight() + 6, width() - 2 * side, barHeight}; }
StepScale TimelineTrack::scale() const { return {first_, last_, side, width() - side, logarithmic_}; }

void TimelineTrack::setLogarithmic(bool on) {
  logarithmic_ = on;
  update();
}

void TimelineTrack::refresh() {
  const std::shared_ptr<Run> run = model_.run();
  first_ = run ? run->info().forkStep : 0;
  reached_ = run ? run->lastStep() : 0;
  last_ = std::max({run ? run->targetSteps() : model_.nextSteps(), reached_, first_ + 1});
  if (stale_ || !sinceMarks_.isValid() || sinceMarks_.elapsed() > marksGap) {
    readMarks();
    readBranches();
    sinceMarks_.start();
    stale_ = false;
  }
  update();
}

void TimelineTrack::readMarks() {
  events_.clear();
  pins_.clear();
  phases_.clear();
  checkpoints_.clear();
  const std::shared_ptr<Run> run = model_.run();
  if (!run) return;
  std::vector<Event> events = run->events();
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.step < b.step; });
  int color = 0;
  for (const Event& event : events) {
    const EventRule* rule = run->description().event(event.id);
    const QString title = text(event.title.empty() ? event.id : event.title);
    events_.push_back(
        {event.step, title, rule ? text(rule->rule) : QString(), !rule || !(rule->phase || rule->indexed())});
    if (!rule || !rule->phase) continue;
    if (!phases_.empty()) phases_.back().to = event.step;
    phases_.push_back({event.step, INT64_MAX, title, color++});
  }
  for (const JournalEntry& entry : run->journal())
    pins_.push_back({entry.step, journalText(run->description(), entry.command), {}});
  for (const CheckpointInfo& checkpoint : run->checkpoints()) checkpoints_.push_back(checkpoint.step);
}

void TimelineTrack::readBranches() {
  branches_.clear();
  const std::shared_ptr<Run> run = model_.run();
  if (!run) return;
  const auto& members = model_.session().members();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Run& other = *members[i]->run;
    const bool child = other.info().parent == run->info().id;
    const bool parent = run->info().parent == other.info().id;
    if (!child && !parent) continue;
    const std::int64_t from = child ? other.info().forkStep : first_;
    branches_.push_back({from, std::max(from, other.lastStep()), text(other.title()), static_cast<int>(i), parent});
  }
}

QString TimelineTrack::valueText() const {
  const std::int64_t at = model_.cursor();
  QString value = tr("Step %1 of %2").arg(at).arg(last_);
  for (const Phase& phase : phases_)
    if (at >= phase.from && at < phase.to) value += QStringLiteral(", ") + phase.title;
  return model_.following() ? value + tr(", following") : value;
}

void TimelineTrack::moveTo(double x, bool released) {
  const std::int64_t step = scale().step(x);
  // Let go at the newest step, the cursor goes on with it.
  if (released && step >= model_.run()->lastStep())
    model_.follow();
  else
    model_.userCursor(step);
}

/// By recorded steps: between them no view has anything else to show.
void TimelineTrack::moveBy(int records) {
  const std::shared_ptr<Run> run = model_.run();
  if (!run) return;
  std::int64_t target = model_.cursor() + records;
  const std::vector<std::string> measures = run->recordedScalars();
  if (!measures.empty()) {
    const ScalarSeries& series = run->scalars(measures.front());
    const auto size = static_cast<std::ptrdiff_t>(series.size());
    std::ptrdiff_t index = indexAt(series, model_.cursor());
    const bool between = index >= 0 && series[static_cast<std::size_t>(index)].step < model_.cursor();
    if (records < 0 && between) ++index;
    index = std::clamp<std::ptrdiff_t>(index + records, 0, size - 1);
    target = series[static_cast<std::size_t>(index)].step;
    if (records > 0 && target <= model_.cursor()) target = reached_;
  }
  model_.userCursor(target);
}

void TimelineTrack::moveToEvent(int direction) {
  const std::int64_t at = model_.cursor();
  std::optional<std::int64_t> found;
  for (const Mark& mark : events_) {
    if (direction > 0 && mark.step > at && (!found || mark.step < *found)) found = mark.step;
    if (direction < 0 && mark.step < at && (!found || mark.step > *found)) found = mark.step;
  }
  if (found) model_.userCursor(*found);
}

void TimelineTrack::keyPressEvent(QKeyEvent* event) {
  const bool control = event->modifiers().testFlag(Qt::ControlModifier);
  const int records = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
  const auto page = static_cast<std::int64_t>(static_cast<double>(last_ - first_) / 20);
  switch (event->key()) {
    case Qt::Key_Left:
      control ? moveToEvent(-1) : moveBy(-records);
      break;
    case Qt::Key_Right:
      control ? moveToEvent(1) : moveBy(records);
      break;
    case Qt::Key_PageUp:
      model_.userCursor(model_.cursor() - std::max<std::int64_t>(1, page));
      break;
    case Qt::Key_PageDown:
      model_.userCursor(model_.cursor() + std::max<std::int64_t>(1, page));
      break;
    case Qt::Key_Home:
      model_.userCursor(first_);
      break;
    case Qt::Key_End:
      model_.follow();
      break;
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  QAccessibleValueChangeEvent said(this, QVariant::fromValue<qlonglong>(model_.cursor()));
  QAccessible::updateAccessibility(&said);
}

void TimelineTrack::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !model_.run()) return event->ignore();
  if (event->modifiers().testFlag(Qt::ShiftModifier)) {
    rangeFrom_ = std::clamp(scale().step(event->position().x()), first_, reached_);
    playback_.setRange({});
    return;
  }
  dragging_ = true;
  moveTo(event->position().x(), false);
}

void TimelineTrack::mouseMoveEvent(QMouseEvent* event) {
  if (rangeFrom_)
    playback_.setRange({{*rangeFrom_, std::clamp(scale().step(event->position().x()), first_, reached_)}});
  if (dragging_) moveTo(event->position().x(), false);
  const std::int64_t step = scale().step(event->position().x());
  if (model_.run() && step <= model_.run()->lastStep())
    model_.setHoverStep(step);
  else
    model_.setHoverStep({});
}

void TimelineTrack::mouseReleaseEvent(QMouseEvent* event) {
  if (dragging_) moveTo(event->position().x(), true);
  dragging_ = false;
  rangeFrom_.reset();
  update();
}

void TimelineTrack::mouseDoubleClickEvent(QMouseEvent*) { model_.follow(); }

void TimelineTrack::leaveEvent(QEvent*) { model_.setHoverStep({}); }

QString TimelineTrack::tipAt(const QPointF& position) const {
  const StepScale s = scale();
  constexpr double near = 5;
  const QLocale locale;
  QStringList lines;
  const auto add = [&](const std::vector<Mark>& marks, const QString& kind) {
    for (const Mark& mark : marks)
      if (std::abs(s.x(mark.step) - position.x()) <= near && lines.size() < 12)
        lines << tr("<b>%1</b> %2 at step %3").arg(mark.text.toHtmlEscaped(), kind, locale.toString(mark.step)) +
                     (mark.tip.isEmpty() ? QString() : QStringLiteral("<br>") + mark.tip.toHtmlEscaped());
  };
  add(events_, {});
  add(pins_, tr("done"));
  for (const Branch& branch : branches_)
    if (std::abs(s.x(branch.from) - position.x()) <= near)
      lines << (branch.parent ? tr("Parent run: %1") : tr("Branch: %1")).arg(branch.title.toHtmlEscaped());
  if (lines.isEmpty()) {
    const std::int64_t step = s.step(position.x());
    lines << tr("Step %1").arg(locale.toString(step)) + (step > reached_ ? tr(", not reached yet") : QString());
    for (const Phase& phase : phases_)
      if (step >= phase.from && step < phase.to && step <= reached_) lines << phase.title.toHtmlEscaped();
  }
  return QStringLiteral("<p style='white-space:pre-wrap'>") + lines.join(QStringLiteral("</p><p>")) +
         QStringLiteral("</p>");
}

bool TimelineTrack::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  QToolTip::showText(help->globalPos(), tipAt(help->pos()), this);
  return true;
}

}  // namespace learnscope
