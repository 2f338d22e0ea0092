// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "engine/core/command.h"

namespace learnscope {

/// A question to the audience: the right choice and why, if the lesson says so.
struct LessonQuestion {
  QString text;
  std::vector<QString> choices;
  int answer = -1;
  QString because;
  bool empty() const { return text.isEmpty(); }
};

/// One page of a lesson: what is said, what is asked, and what the window does meanwhile.
struct LessonStep {
  QString title, text;
  std::string preset;  ///< of the lab's page; started before the commands
  LessonQuestion question;
  std::vector<Command> commands;  ///< those of the step without its say and ask
};

/// A narrated walk through a lab (resources/lessons/<id>.json):
///
///   {"schema": 1, "lab": id, "title": …, "doc": one line, "minutes": 10, "order": 1,
///    "steps": [{"title": …, "preset": id of the lab's page, "commands": [commands of the vocabulary]}]}
///
/// A step's `say` is its text; its `ask` may add "answer" (index of the right choice) and "because".
struct Lesson {
  std::string id;
  std::string lab;
  QString title, doc;
  int minutes = 0, order = 0;
  std::vector<LessonStep> steps;

  /// Throws ConfigError naming the place.
  static Lesson parse(const std::string& id, const Json& json);
};

/// The lessons that travel with the program, by their order; a wrong one throws ConfigError or DataError.
std::vector<Lesson> builtinLessons();

}  // namespace learnscope
