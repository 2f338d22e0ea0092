// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_state.h"

#include <QFileInfo>
#include <QXmlStreamReader>
#include <algorithm>

#include "engine/core/command.h"
#include "engine/store/export_script.h"
#include "engine/store/png_text.h"

namespace learnscope {
namespace {

constexpr std::size_t largestFile = std::size_t{256} << 20U;
constexpr std::size_t largestState = std::size_t{4} << 20U;
constexpr std::size_t mostViews = 64, mostText = 200;

/// The commands of a script up to `step`, and the order to go there.
Json scriptUntil(Json script, std::int64_t step, std::int64_t target) {
  Json commands = Json::array();
  for (const Json& command : script["commands"]) {
    if (command.contains("runTo") && command["runTo"] >= step) break;
    commands.push_back(command);
  }
  commands.push_back({{"runTo", step}});
  script["commands"] = std::move(commands);
  script["steps"] = std::max({step, target, std::int64_t{1}});
  return script;
}

Json scriptFor(SessionModel& model, const std::shared_ptr<Run>& run) {
  Registry registry;
  registry.add(model.session().lab());
  try {
    return scriptUntil(runScript(registry, run), model.cursor(), run->targetSteps());
  } catch (const Error&) {
    return nullptr;  // without its ancestors' files the run cannot be trained again, only looked at
  }
}

const Json& required(const Json& json, const char* key, const char* expected, bool (Json::*is)() const noexcept) {
  if (!json.contains(key) || !(json[key].*is)())
    throw ConfigError(std::string("/") + key, json.contains(key) ? json[key].dump().substr(0, 60) : "missing",
                      expected);
  return json[key];
}

std::string text(const Json& json, const char* key) {
  auto value = required(json, key, "expected text", &Json::is_string).get<std::string>();
  if (value.size() > mostText) throw ConfigError(std::string("/") + key, value.substr(0, 60), "expected a short text");
  return value;
}

std::int64_t count(const Json& json, const char* key) {
  const Json& value = required(json, key, "expected a whole number of at least 0", &Json::is_number_integer);
  if (value.is_number_unsigned() ? value.get<std::uint64_t>() > INT64_MAX : value.get<std::int64_t>() < 0)
    throw ConfigError(std::string("/") + key, value.dump(), "expected a whole number of at least 0");
  return value.get<std::int64_t>();
}

std::vector<std::string> names(const Json& list, const std::string& pointer) {
  std::vector<std::string> found;
  if (!list.is_array() || list.size() > mostViews) throw ConfigError(pointer, "", "expected a list of views");
  for (const Json& each : list) {
    if (!each.is_string()) throw ConfigError(pointer, each.dump().substr(0, 60), "expected the id of a view");
    found.push_back(each.get<std::string>());
  }
  return found;
}

/// Groups of docks with their place, as app/dock_arrangement.h has them.
void checkDocks(const Json& groups, const std::string& pointer) {
  if (!groups.is_array() || groups.size() > mostViews) throw ConfigError(pointer, "", "expected a list of docks");
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string at = pointer + "/" + std::to_string(i);
    const Json& group = groups[i];
    if (!group.is_object()) throw ConfigError(at, group.dump().substr(0, 60), "expected an object");
    names(group.value("docks", Json()), at + "/docks");
    for (const char* key : {"front", "area"})
      if (!group.contains(key) || !group[key].is_string()) throw ConfigError(at + "/" + key, "", "expected a name");
    const Json box = group.value("box", Json());
    const auto isShare = [](const Json& share) {
      return share.is_number() && share.get<double>() >= 0 && share.get<double>() <= 1;
    };
    if (!box.is_array() || box.size() != 4 || !std::all_of(box.begin(), box.end(), isShare))
      throw ConfigError(at + "/box", box.dump().substr(0, 60), "expected four shares of the window, 0 to 1");
  }
}

void checkLayout(const Json& layout) {
  for (const auto& [key, value] : layout.items()) {
    const std::string pointer = "/layout/" + key;
    if (key == "front" && value.is_string()) continue;
    if (key == "docks")
      checkDocks(value, pointer);
    else if (key == "open" || key == "close" || key == "centre")
      names(value, pointer);
    else
      throw ConfigError(pointer, "", "expected open, close, centre, front or docks");
  }
}

/// A picture may train a run, and nothing else: no command that writes a file or moves what is on the screen.
void checkScript(const Json& script) {
  if (script.is_null()) return;
  if (!script.is_object()) throw ConfigError("/script", script.dump().substr(0, 60), "expected an object");
  count(script, "seed");
  count(script, "steps");
  required(script, "config", "expected an object", &Json::is_object);
  required(script, "commands", "expected a list of commands", &Json::is_array);
  const std::vector<Command> commands = parseScript(script["commands"]);
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (verbDescription(commands[i].verb)->target != CommandTarget::Trainer && commands[i].verb != "branch")
      throw ConfigError("/script/commands/" + std::to_string(i), commands[i].verb,
                        "expected what was done to a run, and nothing else");
}

/// The text of the one element of that name, wherever it stands in XML.
std::optional<QString> elementText(const QByteArray& xml, const std::string& name) {
  QXmlStreamReader reader(xml);
  while (!reader.atEnd())
    if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QLatin1String(figureStateElement) &&
        reader.prefix() == QLatin1String("learnscope"))
      return reader.readElementText();
  if (reader.hasError())
    throw DataError(name, "line " + std::to_string(reader.lineNumber()) + " of its metadata",
                    "well-formed XML expected: " + reader.errorString().toStdString());
  return std::nullopt;
}

std::optional<std::string> stateIn(const std::string& bytes, const std::string& name) {
  if (bytes.starts_with("\x89PNG")) return pngText(bytesOf(bytes), figureStateKeyword, largestState, name);
  if (!bytes.starts_with("%PDF-") && !bytes.starts_with("<?xml"))
    throw DataError(name, "byte 0", "a PNG, PDF or SVG picture expected");
  // The metadata of a PDF is plain XML between the marks of its packet.
  std::size_t begin = 0, end = bytes.size();
  if (bytes.starts_with("%PDF-")) {
    begin = bytes.find("<x:xmpmeta");
    if (begin == std::string::npos) return std::nullopt;
    constexpr std::string_view close = "</x:xmpmeta>";
    end = bytes.find(close, begin);
    if (end == std::string::npos)
      throw DataError(name, std::string("byte ").append(std::to_string(begin)), "whole metadata expected");
    end += close.size();
  }
  const auto found =
      elementText(QByteArray::fromRawData(bytes.data() + begin, static_cast<qsizetype>(end - begin)), name);
  if (!found) return std::nullopt;
  std::string state = found->toStdString();
  if (state.size() > largestState)
    throw DataError(name, "its metadata", "a state of at most " + std::to_string(largestState) + " bytes expected");
  return state;
}

}  // namespace

Json FigureState::toJson() const {
  return {{"version", version}, {"lab", lab},      {"run", run},     {"config", config.json()},
          {"seed", seed},       {"step", step},    {"views", views}, {"style", style.toJson()},
          {"layout", layout},   {"script", script}};
}

FigureState FigureState::fromJson(const Json& json) {
  if (!json.is_object()) throw ConfigError("", json.dump().substr(0, 60), "expected an object");
  FigureState state;
  state.version = text(json, "version");
  state.lab = text(json, "lab");
  state.run = text(json, "run");
  state.config = Config(required(json, "config", "expected an object", &Json::is_object));
  state.seed = static_cast<std::uint64_t>(count(json, "seed"));
  state.step = count(json, "step");
  state.views = names(required(json, "views", "expected a list of views", &Json::is_array), "/views");
  state.style = FigureStyle::fromJson(required(json, "style", "expected an object", &Json::is_object), "/style");
  state.layout = required(json, "layout", "expected an object", &Json::is_object);
  checkLayout(state.layout);
  state.script = json.value("script", Json());
  checkScript(state.script);
  return state;
}

FigureState figureState(std::span<View* const> views, const FigureStyle& style, const Json& layout) {
  FigureState state;
  state.version = LEARNSCOPE_VERSION;
  state.style = style;
  state.layout = layout;
  for (const View* view : views) {
    state.views.push_back(view->spec().id);
    // As the user left it, where the style says nothing else.
    const PanelStyle own = view->panelStyle();
    PanelStyle& panel = state.style.panels[view->spec().id];
    for (const auto axis : {&PanelStyle::x, &PanelStyle::y}) {
      if (!(panel.*axis).range) (panel.*axis).range = (own.*axis).range;
      (panel.*axis).scale = (own.*axis).scale;
    }
    panel.smoothing = own.smoothing;
    if (panel.camera.is_null()) panel.camera = own.camera;
  }
  SessionModel& model = views.front()->model();
  state.step = model.cursor();
  const std::shared_ptr<Run> run = model.run();
  if (!run) return state;
  const RunInfo& info = run->info();
  state.lab = info.lab;
  state.run = info.id;
  state.config = info.config;
  state.seed = info.seed;
  state.script = scriptFor(model, run);
  return state;
}

FigureState readFigureState(const QString& path) {
  const std::string name = path.toStdString();
  const std::optional<std::string> text = stateIn(readFile(name, largestFile), name);
  if (!text) throw DataError(name, "", "a picture that was saved by Learnscope expected: this one carries no state");
  try {
    return FigureState::fromJson(parseJson(*text, name));
  } catch (const ConfigError& error) {
    throw DataError(name, "the state inside", error.what());
  }
}

bool isFigureFile(const QString& path) {
  static const QStringList suffixes{QStringLiteral("png"), QStringLiteral("pdf"), QStringLiteral("svg")};
  return suffixes.contains(QFileInfo(path).suffix().toLower());
}

}  // namespace learnscope
