// SPDX-License-Identifier: GPL-3.0-or-later
// How the timeline's track is drawn.
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "widgets/controls/timeline_track.h"
#include "widgets/model/playback.h"

namespace learnscope {
namespace {

QColor faded(QColor color, double alpha) {
  color.setAlphaF(static_cast<float>(alpha));
  return color;
}

}  // namespace

void TimelineTrack::paintEvent(QPaintEvent*) {
  const Theme theme = Theme::of(palette());
  const StepScale s = scale();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  paintBar(painter, s, theme);
  paintBelow(painter, s, theme);
  paintFlags(painter, s, theme);
  paintCursor(painter, s, theme);
}

void TimelineTrack::paintBar(QPainter& painter, const StepScale& s, const Theme& theme) const {
  const QRectF whole = bar();
  QPainterPath shape;
  shape.addRoundedRect(whole.adjusted(-2, 0, 2, 0), 5, 5);
  painter.save();
  painter.setClipPath(shape);
  painter.fillRect(whole.adjusted(-2, 0, 2, 0), theme.dark ? QColor(0x2a2f36) : QColor(0xe6e9ed));
  const double end = s.x(reached_);
  if (model_.run()) {
    painter.fillRect(QRectF(QPointF(whole.left() - 2, whole.top()), QPointF(end, whole.bottom())),
                     faded(theme.accent, theme.dark ? 0.30 : 0.22));
    for (const Phase& phase : phases_) {
      const double a = s.x(phase.from), b = s.x(std::min(phase.to, reached_));
      const QRectF band(QPointF(a, whole.top()), QPointF(b, whole.bottom()));
      painter.fillRect(band, theme.dark ? QColor(0x2a2f36) : QColor(0xe6e9ed));
      painter.fillRect(band, faded(theme.category(phase.color), theme.dark ? 0.42 : 0.30));
      painter.setPen(QPen(theme.dark ? theme.window : theme.raised, 1));
      painter.drawLine(band.topLeft(), band.bottomLeft());
      if (band.width() < 28) continue;
      painter.setPen(theme.text);
      const QString name = fontMetrics().elidedText(phase.title, Qt::ElideRight, static_cast<int>(band.width()) - 10);
      if (name.size() > 2) painter.drawText(band.adjusted(6, 0, -2, 0), Qt::AlignVCenter | Qt::AlignLeft, name);
    }
  } else {
    painter.setPen(theme.muted);
    painter.drawText(whole.adjusted(8, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, tr("Press play to train"));
  }
  painter.restore();
  if (hasFocus()) {
    painter.setPen(QPen(theme.accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(whole.adjusted(-3.5, -1.5, 3.5, 1.5), 6, 6);
  }
}

void TimelineTrack::paintFlags(QPainter& painter, const StepScale& s, const Theme& theme) const {
  const QRectF whole = bar();
  const int high = labelHeight();
  std::vector<std::pair<double, QString>> flags;
  for (const Mark& mark : events_) {
    if (mark.named) {
      flags.emplace_back(s.x(mark.step), mark.text);
      continue;
    }
    const double x = std::round(s.x(mark.step)) + 0.5;
    painter.setPen(QPen(theme.muted, 1));
    painter.drawLine(QPointF(x, whole.top() - 5), QPointF(x, whole.top() - 1));
  }
  const auto width = [this](const QString& t) { return static_cast<double>(fontMetrics().horizontalAdvance(t)); };
  for (const FlagPlace& place : placeFlags(flags, 2, this->width() - 2.0, 30, width)) {
    const double top = place.row == 0 ? 2 : place.row == 1 ? high + 3 : 2.0 * high - 2;
    const double x = std::round(place.x) + 0.5;
    painter.setPen(QPen(place.row < 0 ? theme.faint : theme.muted, 1));
    painter.drawLine(QPointF(x, top + 2), QPointF(x, whole.top()));
    painter.setPen(Qt::NoPen);
    painter.setBrush(place.row < 0 ? theme.faint : theme.accent);
    painter.drawPolygon(QPolygonF({{x, top + 2}, {x + 5, top + 4.5}, {x, top + 7}}));
    if (place.row < 0) continue;
    painter.setPen(theme.text);
    painter.drawText(QPointF(place.left + 3, top + fontMetrics().ascent()), place.text);
  }
  // Interventions: pins with a round head that stand in the bar.
  for (const Mark& pin : pins_) {
    const double x = s.x(pin.step);
    painter.setPen(QPen(theme.warning, 1.4));
    painter.drawLine(QPointF(x, whole.top() + 5), QPointF(x, whole.bottom()));
    painter.setBrush(theme.raised);
    painter.drawEllipse(QPointF(x, whole.top() + 5), 3, 3);
  }
}

void TimelineTrack::paintBelow(QPainter& painter, const StepScale& s, const Theme& theme) const {
  const QRectF whole = bar();
  painter.setPen(QPen(faded(theme.faint, 0.8), 1));
  double before = -10;
  for (const std::int64_t step : checkpoints_) {
    const double x = std::round(s.x(step)) + 0.5;
    if (x - before < 3) continue;
    before = x;
    painter.drawLine(QPointF(x, whole.bottom() - 3), QPointF(x, whole.bottom()));
  }
  int row = 0;
  for (const Branch& branch : branches_) {
    const double y = whole.bottom() + 3.5 + 3 * (row++ % branchRows);
    const double x = s.x(branch.parent ? first_ : branch.from);
    painter.setPen(QPen(theme.category(branch.color), 1.6, branch.parent ? Qt::DotLine : Theme::dash(branch.color)));
    painter.setBrush(Qt::NoBrush);
    QPainterPath path(QPointF(x, whole.bottom()));
    path.quadTo(QPointF(x, y), QPointF(x + 5, y));
    path.lineTo(std::max(x + 5, s.x(branch.to)), y);
    painter.drawPath(path);
  }
  const QLocale locale;
  const double y = height() - fontMetrics().descent() - 1;
  double free = -1e9;
  for (const std::int64_t step : s.ticks(64)) {
    const double x = s.x(step);
    const QString label = locale.toString(static_cast<qlonglong>(step));
    const double w = fontMetrics().horizontalAdvance(label);
    const double left = std::clamp(x - w / 2, 0.0, width() - w);
    if (left < free) continue;
    free = left + w + 8;
    painter.setPen(QPen(theme.faint, 1));
    painter.drawLine(QPointF(std::round(x) + 0.5, y - fontMetrics().ascent() - 2),
                     QPointF(std::round(x) + 0.5, y - fontMetrics().ascent()));
    painter.setPen(theme.muted);
    painter.drawText(QPointF(left, y), label);
  }
}

void TimelineTrack::paintCursor(QPainter& painter, const StepScale& s, const Theme& theme) const {
  if (!model_.run()) return;
  const QRectF whole = bar();
  if (const auto& range = playback_.range()) {
    const QRectF loop(QPointF(s.x(range->first), whole.top() - 3), QPointF(s.x(range->second), whole.bottom() + 3));
    painter.setPen(QPen(theme.accent, 1.4));
    painter.setBrush(faded(theme.accent, 0.16));
    painter.drawRoundedRect(loop, 3, 3);
  }
  if (const auto hover = model_.hoverStep()) {
    painter.setPen(QPen(theme.muted, 1, Qt::DotLine));
    painter.drawLine(QPointF(s.x(*hover), whole.top() - 2), QPointF(s.x(*hover), whole.bottom() + 2));
  }
  const double x = s.x(model_.cursor());
  const QColor color = model_.following() ? theme.accent : theme.text;
  painter.setPen(QPen(color, 2));
  painter.drawLine(QPointF(x, whole.top() - 4), QPointF(x, whole.bottom() + 5));
  painter.setPen(QPen(theme.panel, 1));
  painter.setBrush(color);
  QPainterPath handle;
  handle.moveTo(x, whole.top() + 2);
  handle.lineTo(x - 6, whole.top() - 4);
  handle.lineTo(x - 6, whole.top() - 9);
  handle.lineTo(x + 6, whole.top() - 9);
  handle.lineTo(x + 6, whole.top() - 4);
  handle.closeSubpath();
  painter.drawPath(handle);
  if (!dragging_ && model_.following()) return;
  // The read-out stands under the bar, over the axis.
  const QString label = QLocale().toString(static_cast<qlonglong>(model_.cursor()));
  QFont bold = font();
  bold.setBold(true);
  painter.setFont(bold);
  const double w = QFontMetricsF(bold).horizontalAdvance(label) + 10, h = labelHeight() + 1;
  const QRectF bubble(std::clamp(x - w / 2, 0.0, width() - w), height() - h, w, h);
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  painter.drawRoundedRect(bubble, 4, 4);
  painter.setPen(theme.dark ? QColor(0x10141a) : QColor(Qt::white));
  painter.drawText(bubble, Qt::AlignCenter, label);
  painter.setFont(font());
}

}  // namespace learnscope
