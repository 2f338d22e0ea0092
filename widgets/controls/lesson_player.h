// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <optional>

#include "widgets/model/lesson.h"
#include "widgets/model/script_player.h"
#include "widgets/model/session_model.h"

namespace learnscope {

/// A lesson beside the views: what is said in large letters, questions, back and next. A step's commands are carried
/// out the first time it is reached; going back shows the run and the step that the views showed then.
class LessonPlayer : public QFrame {
  Q_OBJECT
 public:
  explicit LessonPlayer(SessionModel& model, QWidget* parent = nullptr);

  void start(Lesson lesson);
  void stop();
  const std::optional<Lesson>& lesson() const { return lesson_; }
  int step() const { return step_; }
  /// The present step's commands are still being carried out.
  bool busy() const { return script_.playing(); }
  void next();
  void back();
  /// Answers the present step's question.
  void choose(int choice);
  /// Larger letters, for a full screen.
  void setLarge(bool large);

 signals:
  void fullScreenRequested();
  void closed();
  /// A step is shown and its commands are done.
  void arrived(int step);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Visit {
    std::string run;
    std::int64_t cursor = -1;
  };
  void showStep(int step);
  void carryOut();
  void leave();
  void onDone();
  void showQuestion();
  void updateFonts();
  void updateButtons();

  SessionModel& model_;
  ScriptPlayer script_;
  std::optional<Lesson> lesson_;
  std::vector<Visit> visits_;  ///< of the steps left
  int step_ = -1, reached_ = -1;
  bool large_ = false, fitting_ = false;
  QLabel *title_, *place_, *text_, *answer_;
  QWidget *side_, *question_;
  QVBoxLayout* choices_;
  QPushButton *back_, *next_;
};

}  // namespace learnscope
