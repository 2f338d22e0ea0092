// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/model/session_model.h"

class QLabel;
class QToolButton;

namespace learnscope {

class Playback;
class TimelineTrack;
class ValueSlider;

/// The strip at the bottom: transport buttons, the track with the cursor, and the speed. Its keys work while it has the
/// focus; the window gives play and step global shortcuts through the actions it makes for them.
class Timeline : public QWidget {
  Q_OBJECT
 public:
  explicit Timeline(SessionModel& model, QWidget* parent = nullptr);
  TimelineTrack* track() const { return track_; }
  Playback& playback() { return *playback_; }

  /// Steps a second for a place of the speed slider, and back; the right end is 0 = as fast as possible.
  static QString speedText(double speed);

 public slots:
  /// Play if paused, pause if playing.
  void toggle();
  /// Play back what was recorded, or stop that.
  void replay();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  QToolButton* button(const QString& name, const QString& icon, const QString& title, const QString& tip);
  void showState();

  SessionModel& model_;
  Playback* playback_;
  TimelineTrack* track_;
  QToolButton* replay_;
  QToolButton* play_;
  QToolButton* step_;
  QToolButton* live_;
  ValueSlider* speed_;
  QLabel* speedText_;
  QLabel* position_;
};

}  // namespace learnscope
