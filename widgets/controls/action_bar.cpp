// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/action_bar.h"

#include <QHBoxLayout>

#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString text(const Json& action, const char* key, const std::string& pointer, bool required = true) {
  if (!action.contains(key)) {
    if (required) throw ConfigError(pointer + "/" + key, "missing", "expected a text");
    return {};
  }
  if (!action[key].is_string()) throw ConfigError(pointer + "/" + key, action[key].dump(), "expected a text");
  return QString::fromStdString(action[key].get<std::string>());
}

}  // namespace

ActionBar::ActionBar(const Json& actions, SessionModel& model, QWidget* parent) : QWidget(parent), model_(model) {
  setObjectName(QStringLiteral("actionBar"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(10, 5, 10, 7);
  row->setSpacing(8);
  if (!actions.is_array()) throw ConfigError("/actions", actions.dump(), "expected a list");
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const std::string pointer = "/actions/" + std::to_string(i);
    const Json& action = actions[i];
    if (!action.is_object()) throw ConfigError(pointer, action.dump(), "expected an object");
    if (action.contains("toggle"))
      addToggle(action, pointer);
    else if (action.contains("intervene") || action.contains("set"))
      addAct(action, pointer);
    else if (action.contains("guess"))
      addGuess(action, pointer);
    else
      throw ConfigError(pointer, action.dump(), "expected toggle, intervene, set or guess");
  }
  if (toggles_.empty()) row->addStretch();
  for (const auto signal : {&SessionModel::refreshed, &SessionModel::selectionChanged, &SessionModel::statusChanged,
                            &SessionModel::configEdited, &SessionModel::currentRunChanged})
    connect(&model_, signal, this, &ActionBar::look);
  connect(&model_, &SessionModel::cursorChanged, this, &ActionBar::look);
  colour();
  look();
}

QPushButton* ActionBar::addButton(const QString& words, const QString& doc, bool large) {
  auto* button = new QPushButton(words, this);
  button->setToolTip(doc);
  button->setAccessibleDescription(doc);
  if (large) {
    QFont font = button->font();
    font.setPointSizeF(font.pointSizeF() * 1.2);
    font.setBold(true);
    button->setFont(font);
    button->setMinimumHeight(static_cast<int>(QFontMetricsF(font).height() * 2));
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  }
  layout()->addWidget(button);
  return button;
}

void ActionBar::addToggle(const Json& action, const std::string& pointer) {
  Toggle toggle{text(action, "toggle", pointer).toStdString(), text(action, "on", pointer),
                text(action, "off", pointer), nullptr};
  toggle.button = addButton(toggle.whileOn, text(action, "doc", pointer, false), true);
  toggle.button->setObjectName(QStringLiteral("action.") + QString::fromStdString(toggle.parameter));
  connect(toggle.button, &QPushButton::clicked, this, [this, id = toggle.parameter] {
    const Config config = model_.config();
    if (!config.has(id) || !config[id].is_boolean()) return;
    model_.userSet(id, !config.flag(id));
    // What is switched is to be seen at work: a paused run goes on, one at its end too.
    if (!model_.playing()) model_.play();
  });
  toggles_.push_back(toggle);
}

void ActionBar::addAct(const Json& action, const std::string& pointer) {
  Act act;
  if (action.contains("set")) {
    act.parameter = text(action, "set", pointer).toStdString();
    if (!action.contains("value"))
      throw ConfigError(pointer + "/value", "missing", "expected the parameter's new value");
    act.arguments["value"] = action["value"];
  } else {
    act.intervention = text(action, "intervene", pointer).toStdString();
    act.arguments = action.value("arguments", Json::object());
    if (!act.arguments.is_object())
      throw ConfigError(pointer + "/arguments", act.arguments.dump(), "expected an object");
  }
  act.button = addButton(text(action, "title", pointer), text(action, "doc", pointer, false), false);
  act.button->setObjectName(QStringLiteral("action.") +
                            (act.intervention.empty() ? act.button->text() : QString::fromStdString(act.intervention)));
  connect(act.button, &QPushButton::clicked, this, [this, which = acts_.size()] {
    const Act& chosen = acts_[which];
    const std::optional<Json> arguments = resolved(chosen.arguments);
    if (!arguments) return;
    if (chosen.parameter.empty())
      model_.userIntervene(chosen.intervention, *arguments);
    else
      model_.userSet(chosen.parameter, (*arguments)["value"]);
  });
  acts_.push_back(std::move(act));
}

void ActionBar::addGuess(const Json& action, const std::string& pointer) {
  Guess guess;
  guess.answer = text(action, "answer", pointer).toStdString();
  auto* question = new QLabel(text(action, "guess", pointer), this);
  layout()->addWidget(question);
  const Json choices = action.value("choices", Json());
  if (!choices.is_array() || choices.size() < 2)
    throw ConfigError(pointer + "/choices", choices.dump(), "expected a list of at least two texts");
  for (std::size_t c = 0; c < choices.size(); ++c) {
    if (!choices[c].is_string()) throw ConfigError(pointer + "/choices", choices.dump(), "expected texts");
    QPushButton* button = addButton(QString::fromStdString(choices[c].get<std::string>()), question->text(), false);
    button->setObjectName(QStringLiteral("action.guess.%1").arg(c));
    connect(button, &QPushButton::clicked, this,
            [this, which = guesses_.size(), c] { this->guess(which, static_cast<int>(c)); });
    guess.choices.push_back(button);
  }
  guess.verdict = new QLabel(this);
  guess.verdict->setObjectName(QStringLiteral("action.verdict"));
  layout()->addWidget(guess.verdict);
  guesses_.push_back(std::move(guess));
}

void ActionBar::guess(std::size_t which, int choice) {
  Guess& quiz = guesses_[which];
  if (!quiz.asked || quiz.asked->empty() || quiz.answered) return;
  const int truth = static_cast<int>(quiz.asked->value(0));
  quiz.answered = true;
  quiz.right += choice == truth;
  ++quiz.all;
  const QString name = truth >= 0 && truth < static_cast<int>(quiz.choices.size())
                           ? quiz.choices[static_cast<std::size_t>(truth)]->text()
                           : QString::number(truth);
  quiz.verdict->setText((choice == truth ? tr("Right: %1. %2 of %3 so far.") : tr("No: %1. %2 of %3 so far."))
                            .arg(name)
                            .arg(quiz.right)
                            .arg(quiz.all));
  look();
}

std::optional<Json> ActionBar::resolved(const Json& arguments) const {
  Json result = arguments;
  for (auto& [name, value] : result.items()) {
    if (!value.is_object() || !value.contains("selection")) continue;
    const Selection& selection = model_.selection();
    if (selection.ids.empty() || value["selection"] != selection.kind.toStdString()) return std::nullopt;
    value = selection.ids;
  }
  return result;
}

void ActionBar::look() {
  if (!isVisible()) return;
  const Config config = model_.config();
  for (const Toggle& toggle : toggles_) {
    const bool known = config.has(toggle.parameter) && config[toggle.parameter].is_boolean();
    const QString words = known && !config.flag(toggle.parameter) ? toggle.whileOff : toggle.whileOn;
    if (toggle.button->text() != words) toggle.button->setText(words);
    toggle.button->setEnabled(known);
  }
  const Member* member = model_.session().current();
  for (const Act& act : acts_)
    act.button->setEnabled(resolved(act.arguments) && (!act.parameter.empty() || (member && member->trainer)));
  const std::shared_ptr<Run> run = model_.run();
  for (Guess& quiz : guesses_) {
    const auto now = run ? model_.array(*run, quiz.answer, model_.cursor()) : nullptr;
    if (now && now != quiz.asked) {
      quiz.asked = now;
      if (quiz.answered) quiz.verdict->clear();
      quiz.answered = false;
    }
    for (QPushButton* choice : quiz.choices) choice->setEnabled(quiz.asked && !quiz.answered);
  }
}

void ActionBar::colour() {
  const Theme theme = Theme::of(palette());
  for (const Toggle& toggle : toggles_) {
    QPalette bright = palette();
    bright.setColor(QPalette::Button, theme.accent);
    bright.setColor(QPalette::ButtonText, theme.dark ? QColor(0x10141a) : QColor(Qt::white));
    toggle.button->setPalette(bright);
  }
}

void ActionBar::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  look();
}

void ActionBar::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && event->spontaneous() == false) colour();
}

}  // namespace learnscope
