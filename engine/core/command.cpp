// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/command.h"

#include <functional>

namespace learnscope {
namespace {

using Check = std::function<bool(const Json&)>;

bool isStep(const Json& v) { return v.is_number_integer() && v.get<std::int64_t>() >= 0; }
bool isNullOrStep(const Json& v) { return v.is_null() || isStep(v); }
bool isText(const Json& v) { return v.is_string(); }
bool hasText(const Json& v, const char* key) { return v.is_object() && v.contains(key) && v[key].is_string(); }
bool hasArguments(const Json& v) { return !v.contains("arguments") || v["arguments"].is_object(); }

struct Verb {
  VerbDescription description;
  Check check;
};

const std::vector<Verb>& verbs() {
  using T = CommandTarget;
  static const std::vector<Verb> table = {
      {{"set", T::Trainer, R"({"set": {parameter: value, ...}})", "Changes live parameters of the running model."},
       [](const Json& v) { return v.is_object() && !v.empty(); }},
      {{"run", T::Trainer, R"({"run": null} or {"run": {"speed": steps a second, 0 = max}})", "Trains on."},
       [](const Json& v) {
         if (v.is_null()) return true;
         return v.is_object() && v.contains("speed") && v["speed"].is_number() && v["speed"].get<double>() >= 0;
       }},
      {{"pause", T::Trainer, R"({"pause": null})", "Pauses at the next step boundary."},
       [](const Json& v) { return v.is_null(); }},
      {{"step", T::Trainer, R"({"step": null} or {"step": n})", "Trains one or n steps, then pauses."},
       [](const Json& v) { return v.is_null() || (isStep(v) && v.get<std::int64_t>() > 0); }},
      {{"runTo", T::Trainer, R"({"runTo": step} or {"runTo": "event"})",
        "Trains until a step or an event, then pauses."},
       [](const Json& v) { return isStep(v) || isText(v); }},
      {{"intervene", T::Trainer, R"({"intervene": {"name": id, "arguments": {...}}})", "Acts on the running model."},
       [](const Json& v) { return hasText(v, "name") && hasArguments(v); }},
      {{"branch", T::Session, R"({"branch": {"step": s, "set": {...}, "intervene": {"name": id, "arguments": {...}}}})",
        "Starts a run from the state at a step with something changed."},
       [](const Json& v) {
         return v.is_object() && v.contains("step") && isStep(v["step"]) &&
                (!v.contains("set") || v["set"].is_object()) &&
                (!v.contains("intervene") || (hasText(v["intervene"], "name") && hasArguments(v["intervene"])));
       }},
      {{"analyse", T::Session, R"({"analyse": {"name": id, "step": s, "arguments": {...}}})", "Computes an analysis."},
       [](const Json& v) {
         return hasText(v, "name") && hasArguments(v) && (!v.contains("step") || isNullOrStep(v["step"]));
       }},
      {{"cursor", T::Window, R"({"cursor": step} or {"cursor": null} to follow)",
        "Moves the step that all views show."},
       isNullOrStep},
      {{"select", T::Window, R"({"select": {"kind": text, "ids": [...]}})", "Highlights items in all views."},
       [](const Json& v) { return hasText(v, "kind") && v.contains("ids") && v["ids"].is_array(); }},
      {{"camera", T::Window, R"({"camera": {"view": id, ...}})", "Places a view's camera or takes one of its presets."},
       [](const Json& v) { return hasText(v, "view"); }},
      {{"layout", T::Window, R"({"layout": {"open": [view], "close": [view], "perspective": text}})",
        "Arranges views."},
       [](const Json& v) { return v.is_object(); }},
      {{"export", T::Window, R"({"export": {"view": id, "path": file}})", "Saves a figure or data."},
       [](const Json& v) { return hasText(v, "path"); }},
      {{"say", T::Window, R"({"say": text})", "Shows a line of narration."}, isText},
      {{"ask", T::Window, R"({"ask": {"text": text, "choices": [...]}})", "Asks the audience."},
       [](const Json& v) { return hasText(v, "text"); }},
      {{"pointAt", T::Window, R"({"pointAt": view or parameter id})", "Points at something on the screen."}, isText},
      {{"wait", T::Window, R"({"wait": seconds})", "Waits."},
       [](const Json& v) { return v.is_number() && v.get<double>() >= 0 && v.get<double>() <= 3600; }},
  };
  return table;
}

}  // namespace

const std::vector<VerbDescription>& vocabulary() {
  static const std::vector<VerbDescription> descriptions = [] {
    std::vector<VerbDescription> all;
    for (const Verb& verb : verbs()) all.push_back(verb.description);
    return all;
  }();
  return descriptions;
}

const VerbDescription* verbDescription(const std::string& verb) {
  for (const VerbDescription& description : vocabulary())
    if (description.verb == verb) return &description;
  return nullptr;
}

Command parseCommand(const Json& json, const std::string& pointer) {
  if (!json.is_object() || json.size() != 1)
    throw ConfigError(pointer, json.dump(), "a command is an object with one verb as its key");
  const std::string& name = json.begin().key();
  for (const Verb& verb : verbs()) {
    if (verb.description.verb != name) continue;
    if (!verb.check(json.begin().value()))
      throw ConfigError(pointer + "/" + name, json.begin().value().dump(),
                        "expected the form " + verb.description.form);
    return {name, json.begin().value()};
  }
  std::vector<std::string> known;
  for (const Verb& verb : verbs()) known.push_back(verb.description.verb);
  const std::string nearest = nearestName(name, known);
  throw ConfigError(pointer + "/" + name, "",
                    "unknown command" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

std::vector<Command> parseScript(const Json& json) {
  if (!json.is_array()) throw ConfigError("", json.dump(), "a script is an array of commands");
  std::vector<Command> commands;
  for (std::size_t i = 0; i < json.size(); ++i)
    commands.push_back(parseCommand(json[i], std::string("/").append(std::to_string(i))));
  return commands;
}

}  // namespace learnscope
