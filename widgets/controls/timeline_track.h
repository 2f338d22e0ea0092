// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QWidget>

#include "widgets/controls/timeline_marks.h"
#include "widgets/model/session_model.h"
#include "widgets/model/theme.h"

namespace learnscope {

class Playback;

/// The timeline's picture of the current run: progress against the target, phases, events, interventions, checkpoints,
/// branches, and the cursor, which can be dragged and moved by keys. A slider to screen readers.
class TimelineTrack : public QWidget {
  Q_OBJECT
 public:
  TimelineTrack(SessionModel& model, Playback& playback, QWidget* parent = nullptr);
  void setLogarithmic(bool on);
  bool logarithmic() const { return logarithmic_; }
  /// The cursor to the previous (-1) or next (+1) event.
  void moveToEvent(int direction);
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }
  /// "Step 120 of 1500, Generalised".
  QString valueText() const;
  /// Pixel of a step, for tests and for pointing at things.
  double x(std::int64_t step) const { return scale().x(step); }
  SessionModel& model() const { return model_; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  static constexpr int branchRows = 3;  // lines of branches below the bar
  struct Mark {
    std::int64_t step;
    QString text, tip;
    bool named = true;  ///< one of many and the beginnings of phases have no label of their own
  };
  struct Phase {
    std::int64_t from, to;
    QString title;
    int color;
  };
  struct Branch {
    std::int64_t from, to;
    QString title;
    int color;
    bool parent;
  };
  void refresh();
  void readMarks();
  void readBranches();
  StepScale scale() const;
  int labelHeight() const;
  QRectF bar() const;
  void moveTo(double x, bool released);
  void moveBy(int records);
  QString tipAt(const QPointF& position) const;
  void paintBar(QPainter& painter, const StepScale& s, const Theme& theme) const;
  void paintFlags(QPainter& painter, const StepScale& s, const Theme& theme) const;
  void paintBelow(QPainter& painter, const StepScale& s, const Theme& theme) const;
  void paintCursor(QPainter& painter, const StepScale& s, const Theme& theme) const;

  SessionModel& model_;
  Playback& playback_;
  std::optional<std::int64_t> rangeFrom_;  ///< where a drag with Shift began
  bool logarithmic_ = false;
  bool dragging_ = false;
  std::int64_t first_ = 0, last_ = 1, reached_ = 0;
  std::vector<Mark> events_, pins_;
  std::vector<Phase> phases_;
  std::vector<std::int64_t> checkpoints_;
  std::vector<Branch> branches_;
  QElapsedTimer sinceMarks_;
  bool stale_ = true;
};

}  // namespace learnscope
