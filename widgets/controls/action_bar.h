// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>
#include <memory>
#include <vector>

#include "widgets/model/session_model.h"

namespace learnscope {

/// The buttons that a view's page puts under it ("actions", resources/docs/views.md): a switch of a live parameter, an
/// intervention on what is selected, a value for a parameter, or a question that the view's data answer.
class ActionBar : public QWidget {
  Q_OBJECT
 public:
  /// `actions` is the view's list; throws ConfigError naming the place.
  ActionBar(const Json& actions, SessionModel& model, QWidget* parent = nullptr);

 protected:
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Toggle {
    std::string parameter;
    QString whileOn, whileOff;  ///< what pressing does
    QPushButton* button;
  };
  struct Act {
    std::string intervention, parameter;  ///< one of them
    Json arguments;                       ///< of the intervention; {"value"} of the parameter
    QPushButton* button = nullptr;
  };
  struct Guess {
    std::string answer;  ///< a measure whose first value is the right choice
    std::vector<QPushButton*> choices;
    QLabel* verdict;
    std::shared_ptr<const Array> asked;  ///< the record that is shown
    int right = 0, all = 0;
    bool answered = false;
  };

  void addToggle(const Json& action, const std::string& pointer);
  void addAct(const Json& action, const std::string& pointer);
  void addGuess(const Json& action, const std::string& pointer);
  QPushButton* addButton(const QString& text, const QString& doc, bool large);
  void look();
  void colour();
  void guess(std::size_t which, int choice);
  /// The arguments with {"selection": kind} replaced by the selected ids; nothing where none is selected.
  std::optional<Json> resolved(const Json& arguments) const;

  SessionModel& model_;
  std::vector<Toggle> toggles_;
  std::vector<Act> acts_;
  std::vector<Guess> guesses_;
};

}  // namespace learnscope
