// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/lesson_player.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QToolButton>
#include <algorithm>

#include "widgets/model/icons.h"

namespace learnscope {
namespace {

QLabel* label(const char* name, QWidget* parent) {
  auto* made = new QLabel(parent);
  made->setObjectName(QLatin1String(name));
  made->setWordWrap(true);
  made->setTextFormat(Qt::PlainText);
  made->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return made;
}

}  // namespace

LessonPlayer::LessonPlayer(SessionModel& model, QWidget* parent) : QFrame(parent), model_(model), script_(model) {
  setObjectName(QStringLiteral("lesson"));
  setFrameShape(QFrame::StyledPanel);
  setAccessibleName(tr("Lesson"));
  title_ = label("lesson.title", this);
  place_ = label("lesson.place", this);
  place_->setWordWrap(false);
  place_->setEnabled(false);
  text_ = label("lesson.text", this);
  answer_ = label("lesson.answer", this);
  question_ = new QWidget(this);
  choices_ = new QVBoxLayout(question_);
  choices_->setContentsMargins(0, 0, 0, 0);
  back_ = new QPushButton(symbolicIcon(QStringLiteral("back")), tr("Back"), this);
  back_->setObjectName(QStringLiteral("lesson.back"));
  next_ = new QPushButton(tr("Next"), this);
  next_->setObjectName(QStringLiteral("lesson.next"));
  next_->setDefault(true);
  auto* full = new QToolButton(this);
  full->setObjectName(QStringLiteral("quiet"));
  full->setIcon(symbolicIcon(QStringLiteral("present")));
  full->setToolTip(tr("Full screen"));
  full->setAccessibleName(tr("Full screen"));
  auto* close = new QToolButton(this);
  close->setObjectName(QStringLiteral("quiet"));
  close->setIcon(symbolicIcon(QStringLiteral("close")));
  close->setToolTip(tr("Leave the lesson"));
  close->setAccessibleName(tr("Leave the lesson"));

  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(18, 10, 12, 10);
  layout->setSpacing(20);
  auto* words = new QVBoxLayout;
  words->addWidget(title_);
  words->addWidget(text_);
  words->addStretch(1);
  layout->addLayout(words, 3);
  side_ = new QWidget(this);
  auto* side = new QVBoxLayout(side_);
  side->setContentsMargins(0, 0, 0, 0);
  side->addWidget(question_);
  side->addWidget(answer_);
  side->addStretch(1);
  layout->addWidget(side_, 2);
  auto* steering = new QVBoxLayout;
  auto* corner = new QHBoxLayout;
  corner->addWidget(place_, 1);
  corner->addWidget(full);
  corner->addWidget(close);
  steering->addLayout(corner);
  steering->addStretch(1);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(back_);
  buttons->addWidget(next_);
  steering->addLayout(buttons);
  layout->addLayout(steering);

  connect(back_, &QPushButton::clicked, this, &LessonPlayer::back);
  connect(next_, &QPushButton::clicked, this, &LessonPlayer::next);
  connect(full, &QToolButton::clicked, this, &LessonPlayer::fullScreenRequested);
  connect(close, &QToolButton::clicked, this, &LessonPlayer::stop);
  connect(&script_, &ScriptPlayer::finished, this, &LessonPlayer::onDone);
  connect(&script_, &ScriptPlayer::failed, this, [this](std::size_t, const QString& text) {
    answer_->setText(text);
    onDone();
  });
  updateFonts();
  hide();
}

void LessonPlayer::start(Lesson lesson) {
  script_.stop();
  lesson_ = std::move(lesson);
  visits_.clear();
  reached_ = -1;
  step_ = -1;
  QWidget::show();
  showStep(0);
  next_->setFocus(Qt::OtherFocusReason);
}

void LessonPlayer::stop() {
  script_.stop();
  hide();
  if (!lesson_) return;
  lesson_.reset();
  step_ = reached_ = -1;
  emit closed();
}

void LessonPlayer::showStep(int step) {
  step_ = step;
  const LessonStep& now = lesson_->steps[static_cast<std::size_t>(step)];
  title_->setText(now.title);
  text_->setText(now.text);
  place_->setText(tr("%1 · %2 of %3").arg(lesson_->title).arg(step + 1).arg(lesson_->steps.size()));
  answer_->clear();
  showQuestion();
  QAccessibleEvent alert(this, QAccessible::Alert);
  QAccessible::updateAccessibility(&alert);
  if (step > reached_) {
    reached_ = step;
    carryOut();
  } else {
    const Visit& visit = visits_[static_cast<std::size_t>(step)];
    if (!visit.run.empty()) model_.makeCurrent(visit.run);
    model_.perform({"cursor", visit.cursor < 0 ? Json() : Json(visit.cursor)});
  }
  updateButtons();
}

void LessonPlayer::carryOut() {
  const LessonStep& now = lesson_->steps[static_cast<std::size_t>(step_)];
  if (!now.preset.empty()) {
    const auto& presets = model_.page().presets;
    const auto found =
        std::find_if(presets.begin(), presets.end(), [&](const Preset& p) { return p.id == now.preset; });
    if (found == presets.end()) {
      answer_->setText(tr("The lab has no preset “%1”.").arg(QString::fromStdString(now.preset)));
    } else {
      Preset still = *found;
      still.commands = Json::array();  // the lesson says what happens
      model_.startPreset(still, true);
    }
  } else if (!model_.following() && model_.run()) {
    model_.perform({"cursor", nullptr});
  }
  script_.play(now.commands);
}

void LessonPlayer::onDone() {
  updateButtons();
  side_->setVisible(!answer_->text().isEmpty() || !question_->isHidden());
  // What was pointed at has taken the keyboard; the next key is the teacher's.
  if (isVisible()) next_->setFocus(Qt::OtherFocusReason);
  if (lesson_) emit arrived(step_);
}

// Remembers what the views showed, for coming back.
void LessonPlayer::leave() {
  if (script_.playing()) {
    script_.stop();
    model_.pause();
  }
  const std::shared_ptr<Run> run = model_.run();
  const Visit visit{run ? run->info().id : std::string(), run ? model_.cursor() : -1};
  if (static_cast<int>(visits_.size()) == step_) visits_.push_back(visit);
}

void LessonPlayer::next() {
  if (!lesson_) return;
  leave();
  if (step_ + 1 < static_cast<int>(lesson_->steps.size()))
    showStep(step_ + 1);
  else
    stop();
}

void LessonPlayer::back() {
  if (!lesson_ || step_ == 0) return;
  leave();
  showStep(step_ - 1);
}

void LessonPlayer::showQuestion() {
  while (QLayoutItem* item = choices_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  const LessonQuestion& question = lesson_->steps[static_cast<std::size_t>(step_)].question;
  question_->setVisible(!question.empty());
  side_->setVisible(!question.empty());
  if (question.empty()) return;
  auto* asked = label("lesson.question", question_);
  asked->setText(question.text);
  choices_->addWidget(asked);
  for (std::size_t i = 0; i < question.choices.size(); ++i) {
    auto* button = new QPushButton(question.choices[i], question_);
    button->setObjectName(QStringLiteral("lesson.choice%1").arg(i));
    button->setAccessibleName(question.choices[i]);
    // Queued: the button is changed by the answer.
    connect(
        button, &QPushButton::clicked, this, [this, i] { choose(static_cast<int>(i)); }, Qt::QueuedConnection);
    choices_->addWidget(button);
  }
  updateFonts();
}

void LessonPlayer::choose(int choice) {
  if (!lesson_) return;
  const LessonQuestion& question = lesson_->steps[static_cast<std::size_t>(step_)].question;
  if (question.empty()) return;
  for (std::size_t i = 0; i < question.choices.size(); ++i)
    if (auto* button = question_->findChild<QPushButton*>(QStringLiteral("lesson.choice%1").arg(i)))
      button->setEnabled(question.answer < 0 || static_cast<int>(i) == question.answer);
  if (question.answer >= 0)
    answer_->setText((choice == question.answer ? tr("Yes. ") : tr("Not quite. ")) + question.because);
  next_->setFocus(Qt::OtherFocusReason);
}

void LessonPlayer::setLarge(bool large) {
  large_ = large;
  updateFonts();
}

// Relative to the desktop's font, so that its scale is kept.
void LessonPlayer::updateFonts() {
  if (fitting_) return;
  fitting_ = true;
  const double scale = large_ ? 1.7 : 1.25;
  const auto apply = [&](QWidget* widget, double factor, bool bold) {
    QFont font = this->font();
    font.setPointSizeF(font.pointSizeF() * scale * factor);
    font.setBold(bold);
    widget->setFont(font);
  };
  apply(title_, 1.2, true);
  apply(text_, 1, false);
  apply(answer_, 1, false);
  for (QWidget* each : question_->findChildren<QWidget*>()) apply(each, 1, qobject_cast<QLabel*>(each) != nullptr);
  apply(back_, 1, false);
  apply(next_, 1, true);
  fitting_ = false;
}

void LessonPlayer::changeEvent(QEvent* event) {
  QFrame::changeEvent(event);
  if (event->type() == QEvent::FontChange) updateFonts();
}

void LessonPlayer::updateButtons() {
  if (!lesson_) return;
  back_->setEnabled(step_ > 0);
  const bool last = step_ + 1 == static_cast<int>(lesson_->steps.size());
  next_->setText(last ? tr("Finish") : tr("Next"));
  next_->setToolTip(script_.playing() ? tr("Go on without waiting") : QString());
}

void LessonPlayer::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_PageDown)
    next();
  else if (event->key() == Qt::Key_PageUp)
    back();
  else
    QFrame::keyPressEvent(event);
}

}  // namespace learnscope
