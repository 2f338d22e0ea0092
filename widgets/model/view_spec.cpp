// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/view_spec.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "widgets/model/item_names.h"

namespace learnscope {
namespace {

using Names = std::vector<std::string>;

// What each kind of view may hold besides the keys of every view, and the marks that its layers may be.
struct KindRules {
  Names marks;
  Names options;
};
const std::map<std::string, KindRules>& kinds() {
  static const std::map<std::string, KindRules> rules{
      {"lines", {{"line"}, {"band", "smooth", "markers"}}},
      {"bars", {{"bar"}, {"markers"}}},
      {"heatmap", {{"cells"}, {"markers"}}},
      {"scatter", {{"point"}, {"circles"}}},
      {"images", {{"image"}, {"columns"}}},
      {"table", {{"column"}, {}}},
      {"text", {{"text"}, {}}},
      {"scene",
       {{"sphere", "post", "plane", "tube", "mesh", "arrow", "line", "quad", "glyph", "solid", "flow", "graph",
         "splat"},
        {"camera", "cameras", "axes", "floor", "up", "background", "handle"}}}};
  return rules;
}

// Keys of a layer, by mark. Marks of scenes share one list: the scene checks the rest itself. ("line" is a mark of
// both.)
const Names& layerKeys(const std::string& kind, const std::string& mark) {
  static const std::map<std::string, Names> keys{
      {"line", {"y", "dash", "smooth", "band", "over", "against", "rings", "spread"}},
      {"bar", {"y", "x", "labels", "bins", "range"}},
      {"cells", {"value", "map", "range", "categories", "levels", "over", "rows", "columns", "title", "labels"}},
      {"point", {"x", "y", "size", "joined", "against", "open", "bars", "statistic", "dash"}},
      {"image", {"value", "labels", "map", "range", "columns", "rowLabels"}},
      {"column", {"title", "value", "digits", "item"}},
      {"text", {"value"}}};
  static const Names scene{"position", "x",       "y",         "z",      "angle",  "radius", "size",  "opacity",
                           "trail",    "flashOn", "height",    "width",  "extent", "closed", "over",  "value",
                           "vertices", "faces",   "direction", "scale",  "edges",  "step",   "at",    "rotation",
                           "file",     "shading", "wireframe", "range",  "map",    "labels", "event", "shape",
                           "title",    "frame",   "curved",    "dashed", "hollow", "stack",  "depth"};
  const auto found = keys.find(mark);
  return kind == "scene" || found == keys.end() ? scene : found->second;
}

std::string shown(const Json& json) {
  std::string text = json.dump();
  if (text.size() > 60) text.replace(57, std::string::npos, "...");
  return text;
}

std::string listed(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

[[noreturn]] void refuse(const std::string& pointer, const Json& value, const std::string& allowed) {
  throw ConfigError(pointer, shown(value), allowed);
}

void requireKind(const Json& json, Json::value_t type, const std::string& pointer, const std::string& expected) {
  if (json.type() != type) refuse(pointer, json, "expected " + expected);
}

void requireKeys(const Json& json, const std::string& pointer, const Names& known) {
  requireKind(json, Json::value_t::object, pointer, "an object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string nearest = nearestName(key, known);
    throw ConfigError(pointer + "/" + key, "unknown key",
                      nearest.empty() ? "known keys: " + listed(known) : "did you mean " + nearest + "?");
  }
}

std::string oneOf(const Json& json, const std::string& key, const std::string& pointer, const Names& allowed,
                  const std::string& fallback) {
  if (!json.contains(key)) return fallback;
  const Json& value = json[key];
  if (!value.is_string()) refuse(pointer + "/" + key, value, "expected one of " + listed(allowed));
  const std::string text = value.get<std::string>();
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  const std::string nearest = nearestName(text, allowed);
  refuse(pointer + "/" + key, value,
         (nearest.empty() ? "" : "did you mean " + nearest + "? ") + std::string("allowed: ") + listed(allowed));
}

std::string text(const Json& json, const std::string& key, const std::string& pointer) {
  if (!json.contains(key)) return {};
  requireKind(json[key], Json::value_t::string, pointer + "/" + key, "text");
  return json[key].get<std::string>();
}

std::string requiredId(const Json& json, const std::string& pointer) {
  if (!json.contains("id")) throw ConfigError(pointer + "/id", "missing", "expected a name");
  const std::string id = text(json, "id", pointer);
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  if (id.empty() || id.size() > 64 || !std::all_of(id.begin(), id.end(), plain))
    refuse(pointer + "/id", json["id"], "expected 1 to 64 letters, digits, - or _ (it also names files)");
  return id;
}

double number(const Json& json, const std::string& key, const std::string& pointer, double fallback, double least) {
  if (!json.contains(key)) return fallback;
  const Json& value = json[key];
  if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < least)
    refuse(pointer + "/" + key, value, "expected a number of at least " + shown(Json(least)));
  return value.get<double>();
}

std::int64_t integer(const Json& json, const std::string& key, const std::string& pointer, std::int64_t fallback) {
  if (!json.contains(key)) return fallback;
  if (!json[key].is_number_integer() || json[key] < 0)
    refuse(pointer + "/" + key, json[key], "expected an integer of at least 0");
  return json[key].get<std::int64_t>();
}

void checkRange(const Json& json, const std::string& pointer) {
  const bool pair = json.is_array() && json.size() == 2 && json[0].is_number() && json[1].is_number();
  if (!pair || !(json[0].get<double>() < json[1].get<double>()))
    refuse(pointer, json, "expected [lowest, highest] with lowest < highest");
}

void checkAxis(const Json& view, const std::string& key, const std::string& pointer) {
  if (!view.contains(key)) return;
  const Json& axis = view[key];
  const std::string place = pointer + "/" + key;
  requireKeys(axis, place, {"title", "scale", "range", "source", "unit"});
  text(axis, "title", place);
  text(axis, "unit", place);
  oneOf(axis, "scale", place, {"linear", "log", "symlog"}, "linear");
  oneOf(axis, "source", place, {"step", "wallTime", "epoch"}, "step");
  if (axis.contains("range")) checkRange(axis["range"], place + "/range");
}

void checkLayer(const Json& layer, const std::string& kind, const std::string& pointer) {
  requireKind(layer, Json::value_t::object, pointer, "an object");
  const Names& marks = kinds().at(kind).marks;
  if (!layer.contains("mark")) throw ConfigError(pointer + "/mark", "missing", "expected one of " + listed(marks));
  const std::string mark = oneOf(layer, "mark", pointer, marks, {});
  Names known{"mark", "when", "label", "color", "select", "doc", "runs", "id", "each"};
  const Names& own = layerKeys(kind, mark);
  known.insert(known.end(), own.begin(), own.end());
  requireKeys(layer, pointer, known);
  if (layer.contains("when")) requireKind(layer["when"], Json::value_t::object, pointer + "/when", "a condition");
}

Names viewKeys(const std::string& kind) {
  Names known{"id",     "title", "doc", "kind", "area",   "open",  "runs",   "when",
              "layers", "x",     "y",   "z",    "select", "empty", "actions"};
  const Names& own = kinds().at(kind).options;
  known.insert(known.end(), own.begin(), own.end());
  return known;
}

PresetRun parsePresetRun(const Json& json, const std::string& pointer) {
  requireKeys(json, pointer, {"set", "seeds"});
  PresetRun run;
  if (json.contains("set")) {
    requireKind(json["set"], Json::value_t::object, pointer + "/set", "an object of parameter values");
    run.set = json["set"];
  }
  if (!json.contains("seeds")) return run;
  const Json& seeds = json["seeds"];
  if (!seeds.is_array() || seeds.empty()) refuse(pointer + "/seeds", seeds, "expected a list of seeds");
  run.seeds.clear();
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (!seeds[i].is_number_integer() || seeds[i] < 0)
      refuse(pointer + "/seeds/" + std::to_string(i), seeds[i], "expected an integer of at least 0");
    run.seeds.push_back(seeds[i].get<std::uint64_t>());
  }
  return run;
}

Preset parsePreset(const Json& json, const std::string& pointer) {
  requireKeys(json, pointer, {"id", "title", "doc", "speed", "steps", "runs", "layout", "commands"});
  Preset preset;
  preset.id = requiredId(json, pointer);
  preset.title = QString::fromStdString(json.contains("title") ? text(json, "title", pointer) : preset.id);
  preset.doc = QString::fromStdString(text(json, "doc", pointer));
  preset.speed = number(json, "speed", pointer, 0, 0);
  preset.steps = integer(json, "steps", pointer, 0);
  if (json.contains("runs")) {
    requireKind(json["runs"], Json::value_t::array, pointer + "/runs", "a list");
    for (std::size_t i = 0; i < json["runs"].size(); ++i)
      preset.runs.push_back(parsePresetRun(json["runs"][i], pointer + "/runs/" + std::to_string(i)));
  }
  if (preset.runs.empty()) preset.runs.emplace_back();
  if (json.contains("commands")) {
    requireKind(json["commands"], Json::value_t::array, pointer + "/commands", "a list of commands");
    preset.commands = json["commands"];
  }
  return preset;
}

// The list under `key`, each parsed by `parse(json, pointer)`, with ids that must differ.
template <class T, class Parse>
std::vector<T> parseList(const Json& page, const std::string& key, Parse parse) {
  std::vector<T> result;
  if (!page.contains(key)) return result;
  requireKind(page[key], Json::value_t::array, "/" + key, "a list");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < page[key].size(); ++i) {
    const std::string pointer = "/" + key + "/" + std::to_string(i);
    result.push_back(parse(page[key][i], pointer));
    if (!seen.insert(result.back().id).second)
      refuse(pointer + "/id", result.back().id, "expected another id: this one is taken");
  }
  return result;
}

ViewSpec parseView(const Json& json, const std::string& pointer) {
  requireKind(json, Json::value_t::object, pointer, "an object");
  Names names;
  for (const auto& [name, rules] : kinds()) names.push_back(name);
  if (!json.contains("kind")) throw ConfigError(pointer + "/kind", "missing", "expected one of " + listed(names));
  const std::string kind = oneOf(json, "kind", pointer, names, {});
  requireKeys(json, pointer, viewKeys(kind));
  ViewSpec spec;
  spec.id = requiredId(json, pointer);
  spec.kind = QString::fromStdString(kind);
  spec.title = QString::fromStdString(json.contains("title") ? text(json, "title", pointer) : spec.id);
  spec.doc = QString::fromStdString(text(json, "doc", pointer));
  spec.area =
      QString::fromStdString(oneOf(json, "area", pointer, {"centre", "right"}, kind == "scene" ? "centre" : "right"));
  oneOf(json, "runs", pointer, {"current", "shown", "parent"}, "current");
  for (const char* flag : {"open", "band"})
    if (json.contains(flag)) requireKind(json[flag], Json::value_t::boolean, pointer + "/" + flag, "true or false");
  if (json.contains("when")) requireKind(json["when"], Json::value_t::object, pointer + "/when", "a condition");
  for (const char* axis : {"x", "y", "z"}) checkAxis(json, axis, pointer);
  if (!json.contains("layers")) throw ConfigError(pointer + "/layers", "missing", "expected a list of marks");
  requireKind(json["layers"], Json::value_t::array, pointer + "/layers", "a list of marks");
  for (std::size_t i = 0; i < json["layers"].size(); ++i)
    checkLayer(json["layers"][i], kind, pointer + "/layers/" + std::to_string(i));
  spec.json = json;
  return spec;
}

}  // namespace

ViewSpec ViewSpec::parse(const Json& json) { return parseView(json, ""); }

std::vector<Json> ViewSpec::layers(const Config& config, const Description& description) const {
  return withItemNames(layers(config), description);
}

std::vector<Json> ViewSpec::layers(const Config& config) const {
  std::vector<Json> result;
  if (!json.contains("layers")) return result;
  for (const Json& layer : json["layers"])
    if (!layer.contains("when") || config.satisfies(layer["when"])) result.push_back(layer);
  return result;
}

LabPage LabPage::parse(std::string_view source, const std::string& name) {
  const Json json = parseJson(source, name);
  try {
    requireKeys(json, "", {"schema", "speed", "card", "presets", "views", "claims", "claimsAside"});
    if (!json.contains("schema") || json["schema"] != 1)
      throw ConfigError("/schema", json.contains("schema") ? shown(json["schema"]) : "missing", "expected 1");
    LabPage page;
    page.speed = number(json, "speed", "", 0, 0);
    page.presets = parseList<Preset>(json, "presets", parsePreset);
    page.views = parseList<ViewSpec>(json, "views", parseView);
    if (json.contains("card")) {
      requireKind(json["card"], Json::value_t::object, "/card", "an object");
      page.card = json["card"];
    }
    return page;
  } catch (const ConfigError& error) {
    std::vector<Problem> problems = error.problems();
    for (Problem& problem : problems) problem.pointer = name + "#" + problem.pointer;
    throw ConfigError(std::move(problems));
  }
}

const Preset* LabPage::preset(const std::string& id) const {
  const auto found = std::find_if(presets.begin(), presets.end(), [&](const Preset& p) { return p.id == id; });
  return found == presets.end() ? nullptr : &*found;
}

const ViewSpec* LabPage::view(const std::string& id) const {
  const auto found = std::find_if(views.begin(), views.end(), [&](const ViewSpec& v) { return v.id == id; });
  return found == views.end() ? nullptr : &*found;
}

}  // namespace learnscope
