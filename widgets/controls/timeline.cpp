// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/timeline.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/controls/number_field.h"
#include "widgets/controls/timeline_track.h"
#include "widgets/controls/value_slider.h"
#include "widgets/model/icons.h"
#include "widgets/model/playback.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

constexpr double fastest = 10000;  // steps a second; the slider's right end means "as fast as possible"

/// The one button that everybody finds: round, in the accent colour.
class PlayButton : public QToolButton {
 public:
  using QToolButton::QToolButton;
  QSize sizeHint() const override { return {42, 42}; }

 protected:
  void paintEvent(QPaintEvent*) override {
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor fill = isDown() ? theme.accent.darker(115) : underMouse() ? theme.accent.lighter(110) : theme.accent;
    const QRectF circle = QRectF(rect()).adjusted(3, 3, -3, -3);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawEllipse(circle);
    if (hasFocus()) {
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(theme.accent, 1.5));
      painter.drawEllipse(circle.adjusted(-2.2, -2.2, 2.2, 2.2));
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.dark ? QColor(0x10141a) : QColor(Qt::white));
    const QPointF c = circle.center();
    if (isChecked()) {
      painter.drawRoundedRect(QRectF(c.x() - 6.5, c.y() - 7, 4.5, 14), 1.2, 1.2);
      painter.drawRoundedRect(QRectF(c.x() + 2, c.y() - 7, 4.5, 14), 1.2, 1.2);
    } else {
      painter.drawPolygon(QPolygonF({{c.x() - 5, c.y() - 8}, {c.x() - 5, c.y() + 8}, {c.x() + 9, c.y()}}));
    }
  }
};

}  // namespace

Timeline::Timeline(SessionModel& model, QWidget* parent)
    : QWidget(parent),
      model_(model),
      playback_(new Playback(model, this)),
      track_(new TimelineTrack(model, *playback_, this)) {
  setObjectName(QStringLiteral("timeline"));
  setAccessibleName(tr("Timeline"));

  auto* start =
      button(QStringLiteral("start"), QStringLiteral("start"), tr("To the start"), tr("To the first step (Home)"));
  replay_ = button(QStringLiteral("replay"), QStringLiteral("replay"), tr("Play back"),
                   tr("Play back what was recorded (P); drag with Shift over the track to loop a range"));
  replay_->setCheckable(true);
  play_ = new PlayButton(this);
  play_->setObjectName(QStringLiteral("timeline.play"));
  play_->setCheckable(true);
  step_ = button(QStringLiteral("step"), QStringLiteral("step"), tr("Step"), tr("Train one step, then pause (.)"));
  auto* end =
      button(QStringLiteral("end"), QStringLiteral("end"), tr("To the newest step"), tr("To the newest step (End)"));
  live_ = button(QStringLiteral("live"), QStringLiteral("live"), tr("Live"),
                 tr("Live: all views follow the newest step. Drag the cursor to look back."));
  live_->setCheckable(true);
  live_->setText(tr("Live"));
  live_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  auto* scale = button(QStringLiteral("scale"), {}, tr("Logarithmic steps"), tr("Logarithmic scale of steps (L)"));
  scale->setText(tr("log"));
  scale->setCheckable(true);
  scale->setToolButtonStyle(Qt::ToolButtonTextOnly);
  position_ = new QLabel(this);
  position_->setObjectName(QStringLiteral("timeline.position"));
  position_->setAlignment(Qt::AlignCenter);
  setTabularFigures(*position_);
  speed_ = new ValueSlider(this);
  speed_->setObjectName(QStringLiteral("timeline.speed"));
  speed_->setAccessibleName(tr("Speed, steps a second"));
  speed_->setToolTip(tr("Speed in steps a second; the right end is as fast as possible"));
  speed_->setScale(1, fastest, true, true);
  speed_->setDefault(model.speed() > 0 ? model.speed() : fastest);
  speed_->setFixedWidth(110);
  speedText_ = new QLabel(this);
  speedText_->setObjectName(QStringLiteral("timeline.speedText"));
  speedText_->setAlignment(Qt::AlignCenter);
  setTabularFigures(*speedText_);

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(1);
  for (QToolButton* each : {start, replay_, play_, step_, end}) buttons->addWidget(each);
  auto* left = new QVBoxLayout;
  left->setSpacing(0);
  left->addStretch();
  left->addLayout(buttons);
  left->addWidget(position_);
  left->addStretch();
  auto* right = new QGridLayout;
  right->setVerticalSpacing(2);
  right->addWidget(live_, 0, 0);
  right->addWidget(scale, 0, 1);
  right->addWidget(speed_, 1, 0, 1, 2);
  right->addWidget(speedText_, 2, 0, 1, 2);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(10, 5, 10, 5);
  row->setSpacing(8);
  row->addLayout(left);
  row->addWidget(track_, 1);
  row->addLayout(right);

  connect(start, &QToolButton::clicked, this, [this] { model_.userCursor(track_->first()); });
  connect(end, &QToolButton::clicked, &model_, &SessionModel::follow);
  connect(play_, &QToolButton::clicked, this, &Timeline::toggle);
  connect(replay_, &QToolButton::clicked, this, &Timeline::replay);
  connect(playback_, &Playback::changed, this, &Timeline::showState);
  connect(step_, &QToolButton::clicked, &model_, &SessionModel::step);
  connect(live_, &QToolButton::clicked, this, [this](bool on) {
    on ? model_.follow() : model_.userCursor(model_.cursor());
    showState();
  });
  connect(scale, &QToolButton::toggled, track_, &TimelineTrack::setLogarithmic);
  connect(speed_, &ValueSlider::moved, this, [this](double speed) { model_.setSpeed(speed >= fastest ? 0 : speed); });
  connect(&model_, &SessionModel::statusChanged, this, &Timeline::showState);
  connect(&model_, &SessionModel::cursorChanged, this, &Timeline::showState);
  connect(&model_, &SessionModel::currentRunChanged, this, &Timeline::showState);
  connect(&model_, &SessionModel::configEdited, this, &Timeline::showState);
  showState();
}

QToolButton* Timeline::button(const QString& name, const QString& icon, const QString& title, const QString& tip) {
  auto* made = new QToolButton(this);
  made->setObjectName(QStringLiteral("timeline.") + name);
  if (!icon.isEmpty()) made->setIcon(symbolicIcon(icon));
  made->setAccessibleName(title);
  made->setToolTip(tip);
  made->setAutoRaise(true);
  made->setFocusPolicy(Qt::TabFocus);
  return made;
}

QString Timeline::speedText(double speed) {
  return speed <= 0 ? tr("as fast as possible")
                    : tr("%1 steps/s").arg(QLocale().toString(speed, 'g', speed < 1e5 ? 5 : 2));
}

void Timeline::toggle() {
  model_.playing() ? model_.pause() : model_.play();
  showState();
}

void Timeline::replay() {
  playback_->playing() ? playback_->stop() : playback_->play();
  showState();
}

void Timeline::showState() {
  const bool playing = model_.playing();
  play_->setChecked(playing);
  play_->setAccessibleName(playing ? tr("Pause") : tr("Play"));
  play_->setToolTip(playing ? tr("Pause (Space)") : model_.run() ? tr("Train on (Space)") : tr("Start a run (Space)"));
  live_->setChecked(model_.following());
  replay_->setChecked(playback_->playing());
  replay_->setEnabled(model_.run() && model_.run()->lastStep() > model_.run()->info().forkStep);
  step_->setEnabled(!playing);
  const double speed = model_.speed();
  if (!speed_->isSliderDown()) speed_->setNumber(speed <= 0 ? fastest : speed);
  speedText_->setText(speedText(speed));
  const QLocale locale;
  const std::int64_t at = model_.cursor(), shown = model_.shownStep();
  QString position = QStringLiteral("%1 / %2").arg(locale.toString(static_cast<qlonglong>(at)),
                                                   locale.toString(static_cast<qlonglong>(track_->last())));
  // Arrays are recorded at wider spacing than curves: say when pictures are of an earlier step.
  const bool exact = model_.following() || shown == at;
  if (!exact) position += tr("  (pictures: %1)").arg(locale.toString(static_cast<qlonglong>(shown)));
  position_->setText(position);
  position_->setToolTip(exact ? QString() : tr("Views of arrays show the nearest record before the cursor"));
}

void Timeline::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Space:
      return toggle();
    case Qt::Key_Period:
      return model_.step();
    case Qt::Key_P:
      return replay();
    case Qt::Key_L:
      return findChild<QToolButton*>(QStringLiteral("timeline.scale"))->click();
    default:
      QWidget::keyPressEvent(event);
  }
}

void Timeline::paintEvent(QPaintEvent*) {
  const Theme theme = Theme::of(palette());
  QPainter painter(this);
  painter.fillRect(rect(), theme.panel);
  painter.setPen(theme.dark ? QColor(0x31373e) : QColor(0xdde1e5));
  painter.drawLine(rect().topLeft(), rect().topRight());
}

}  // namespace learnscope
