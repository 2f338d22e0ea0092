// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/lesson.h"

#include <QDir>
#include <QFile>
#include <algorithm>

#include "engine/core/config.h"

namespace learnscope {
namespace {

QString textOf(const Json& json, const char* key, const std::string& pointer) {
  if (!json.contains(key) || !json[key].is_string() || json[key].get<std::string>().empty())
    throw ConfigError(pointer + "/" + key, json.contains(key) ? json[key].dump() : "missing", "a text");
  return QString::fromStdString(json[key].get<std::string>());
}

int numberOf(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_number_integer() ? json[key].get<int>() : 0;
}

LessonQuestion questionOf(const Json& json, const std::string& pointer) {
  LessonQuestion question;
  question.text = textOf(json, "text", pointer);
  for (const Json& choice : json.value("choices", Json::array())) {
    if (!choice.is_string()) throw ConfigError(pointer + "/choices", choice.dump(), "a list of texts");
    question.choices.push_back(QString::fromStdString(choice.get<std::string>()));
  }
  if (json.contains("answer")) {
    const int count = static_cast<int>(question.choices.size());
    if (!json["answer"].is_number_integer() || json["answer"] < 0 || json["answer"] >= count)
      throw ConfigError(pointer + "/answer", json["answer"].dump(), "the index of a choice, from 0");
    question.answer = json["answer"].get<int>();
    question.because = textOf(json, "because", pointer);
  }
  return question;
}

LessonStep stepOf(const Json& json, const std::string& pointer) {
  LessonStep step;
  step.title = textOf(json, "title", pointer);
  if (json.contains("preset")) step.preset = textOf(json, "preset", pointer).toStdString();
  if (!json.contains("commands") || !json["commands"].is_array())
    throw ConfigError(pointer + "/commands", "missing", "a list of commands");
  for (std::size_t i = 0; i < json["commands"].size(); ++i) {
    const std::string place = pointer + "/commands/" + std::to_string(i);
    const Command command = parseCommand(json["commands"][i], place);
    if (command.verb == "say")
      step.text += (step.text.isEmpty() ? "" : "\n\n") + QString::fromStdString(command.value.get<std::string>());
    else if (command.verb == "ask")
      step.question = questionOf(command.value, place + "/ask");
    else
      step.commands.push_back(command);
  }
  if (step.text.isEmpty()) throw ConfigError(pointer + "/commands", "no say", "a step that says something");
  return step;
}

}  // namespace

Lesson Lesson::parse(const std::string& id, const Json& json) {
  if (!json.is_object() || json.value("schema", Json()) != 1)
    throw ConfigError("/schema", json.is_object() ? json.value("schema", Json()).dump() : json.dump(), "1");
  Lesson lesson;
  lesson.id = id;
  lesson.lab = textOf(json, "lab", "").toStdString();
  lesson.title = textOf(json, "title", "");
  lesson.doc = textOf(json, "doc", "");
  lesson.minutes = numberOf(json, "minutes");
  lesson.order = numberOf(json, "order");
  if (!json.contains("steps") || !json["steps"].is_array() || json["steps"].empty())
    throw ConfigError("/steps", "missing", "a list of at least one step");
  for (std::size_t i = 0; i < json["steps"].size(); ++i)
    lesson.steps.push_back(stepOf(json["steps"][i], "/steps/" + std::to_string(i)));
  return lesson;
}

std::vector<Lesson> builtinLessons() {
  std::vector<Lesson> lessons;
  const QDir folder(QStringLiteral(":/lessons"));
  for (const QString& name : folder.entryList({QStringLiteral("*.json")})) {
    QFile file(folder.filePath(name));
    if (!file.open(QIODevice::ReadOnly)) continue;
    const std::string id = QString(name).chopped(5).toStdString();
    lessons.push_back(Lesson::parse(id, parseJson(file.readAll().toStdString(), id)));
  }
  std::stable_sort(lessons.begin(), lessons.end(), [](const Lesson& a, const Lesson& b) { return a.order < b.order; });
  return lessons;
}

}  // namespace learnscope
