// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/status_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <cmath>

#include "widgets/controls/number_field.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

using Phase = TrainerStatus::Phase;

/// A sign before the word, so that the state is not told by colour alone.
QString phaseText(Phase phase) {
  switch (phase) {
    case Phase::Building:
      return StatusStrip::tr("\u25cc Building");
    case Phase::Running:
      return StatusStrip::tr("\u25b6 Training");
    case Phase::Paused:
      return StatusStrip::tr("\u2016 Paused");
    case Phase::Waiting:
      return StatusStrip::tr("\u25cc Waiting");
    case Phase::Finished:
      return StatusStrip::tr("\u2714 Finished");
    case Phase::Diverged:
      return StatusStrip::tr("\u26a0 Diverged");
    case Phase::Failed:
      return StatusStrip::tr("\u2716 Failed");
  }
  return {};
}

}  // namespace

StatusStrip::StatusStrip(SessionModel& model, QWidget* parent) : QWidget(parent), model_(model) {
  setObjectName(QStringLiteral("statusStrip"));
  setAccessibleName(tr("Status"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(10, 2, 10, 2);
  row->setSpacing(14);
  state_ = field(QStringLiteral("state"), tr("What the current run does"));
  progress_ = new QProgressBar(this);
  progress_->setObjectName(QStringLiteral("statusStrip.progress"));
  progress_->setAccessibleName(tr("Progress of building"));
  progress_->setFixedWidth(140);
  progress_->setMaximumHeight(12);
  progress_->setTextVisible(false);
  progress_->setRange(0, 1000);
  step_ = field(QStringLiteral("step"), tr("Step that training has reached, of its target"));
  rate_ = field(QStringLiteral("rate"), tr("Steps a second over the last second"));
  left_ = field(QStringLiteral("left"), tr("Time left at this rate"));
  measuring_ =
      field(QStringLiteral("measuring"), tr("Share of the busy time that measuring takes; training gets the rest"));
  frames_ = field(QStringLiteral("renderer"), tr("Frames a second of the 3D view, and what draws it"));
  row->addWidget(state_);
  row->addWidget(progress_);
  row->addWidget(step_);
  row->addWidget(rate_);
  row->addWidget(left_);
  row->addWidget(measuring_);
  row->addStretch(1);
  row->addWidget(frames_);
  // A long message gives way before the numbers do.
  state_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
  connect(&model_, &SessionModel::statusChanged, this, &StatusStrip::showState);
  connect(&model_, &SessionModel::currentRunChanged, this, &StatusStrip::showState);
  showState();
}

QLabel* StatusStrip::field(const QString& name, const QString& tip) {
  auto* label = new QLabel(this);
  label->setObjectName(QStringLiteral("statusStrip.") + name);
  label->setToolTip(tip);
  label->setTextFormat(Qt::PlainText);
  setTabularFigures(*label);
  return label;
}

void StatusStrip::setRenderer(const QString& name) {
  renderer_ = name;
  showState();
}

void StatusStrip::setFrameRate(double perSecond) {
  frameRate_ = perSecond;
  showState();
}

QString StatusStrip::duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return {};
  const auto whole = static_cast<qint64>(std::ceil(seconds));
  if (whole >= 86400) return tr("%1 d %2 h").arg(whole / 86400).arg(whole % 86400 / 3600);
  if (whole >= 3600) return tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
  if (whole >= 60) return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
  return tr("%1 s").arg(whole);
}

void StatusStrip::showState() {
  const QLocale locale;
  const bool hasRun = model_.run() != nullptr;
  const TrainerStatus status = model_.status();
  const Theme theme = Theme::of(palette());
  QString what = hasRun ? phaseText(status.phase) : tr("Ready");
  // The first sentence stands here; all of it in the tooltip.
  const QString message = QString::fromStdString(status.message);
  if (!message.isEmpty()) what += QStringLiteral(": ") + message.section(QStringLiteral(". "), 0, 0).left(80);
  state_->setText(what);
  state_->setToolTip(message.isEmpty() ? tr("What the current run does") : message);
  const bool bad = hasRun && (status.phase == Phase::Diverged || status.phase == Phase::Failed);
  QPalette own = state_->palette();
  own.setColor(QPalette::WindowText, bad ? theme.error : theme.text);
  state_->setPalette(own);
  const bool building = hasRun && status.phase == Phase::Building;
  progress_->setVisible(building);
  progress_->setValue(static_cast<int>(1000 * status.buildDone));
  const bool running = hasRun && status.phase == Phase::Running;
  step_->setText(tr("step %1 of %2")
                     .arg(locale.toString(static_cast<qlonglong>(status.step)),
                          locale.toString(static_cast<qlonglong>(status.target))));
  step_->setVisible(hasRun && !building);
  rate_->setText(tr("%1 steps/s").arg(locale.toString(status.stepsPerSecond, 'f', status.stepsPerSecond < 10 ? 1 : 0)));
  rate_->setVisible(running);
  left_->setText(tr("%1 left").arg(duration(status.secondsLeft)));
  left_->setVisible(running && status.secondsLeft > 0);
  measuring_->setText(tr("measuring %1 %").arg(std::lround(100 * status.measuringShare)));
  measuring_->setVisible(hasRun && status.measuringShare > 0);
  QStringList drawing;
  if (frameRate_ > 0) drawing << tr("%1 fps").arg(std::lround(frameRate_));
  if (!renderer_.isEmpty()) drawing << renderer_;
  frames_->setText(drawing.join(QStringLiteral(" \u00b7 ")));
}

}  // namespace learnscope
