// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/model/session_model.h"

class QLabel;
class QProgressBar;

namespace learnscope {

/// One line: what the run does, step, rate, time left, share of time spent measuring, frame rate and renderer; a bar
/// while building.
class StatusStrip : public QWidget {
  Q_OBJECT
 public:
  explicit StatusStrip(SessionModel& model, QWidget* parent = nullptr);
  /// Name of the 3D renderer, set by the window; "" hides it.
  void setRenderer(const QString& name);
  /// Frames a second of the 3D view; 0 = none drawn lately.
  void setFrameRate(double perSecond);
  /// "1 h 12 min", "3 min 20 s", "4 s".
  static QString duration(double seconds);

 private:
  QLabel* field(const QString& name, const QString& tip);
  void showState();

  SessionModel& model_;
  QLabel* state_;
  QProgressBar* progress_;
  QLabel* step_;
  QLabel* rate_;
  QLabel* left_;
  QLabel* measuring_;
  QLabel* frames_;
  QString renderer_;
  double frameRate_ = 0;
};

}  // namespace learnscope
