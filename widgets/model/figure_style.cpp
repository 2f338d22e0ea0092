// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/figure_style.h"

#include <QGuiApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <functional>

namespace learnscope {
namespace {

constexpr std::size_t mostText = 1000;        // characters of a title or annotation
constexpr std::size_t mostAnnotations = 200;  // of a panel
constexpr double mostPixels = 2e8;

struct Bounds {
  const char* pointer;
  double FigureStyle::*member;
  double least, most;
  const char* unit;
};
constexpr Bounds bounds[] = {
    {"/size/width", &FigureStyle::widthMm, 10, 2000, "mm"}, {"/size/height", &FigureStyle::heightMm, 10, 2000, "mm"},
    {"/font/size", &FigureStyle::fontPt, 2, 72, "pt"},      {"/lineWidth", &FigureStyle::lineWidthPt, 0, 20, "pt"},
    {"/dpi", &FigureStyle::dpi, 20, 2400, "dpi"},           {"/gap", &FigureStyle::gapMm, 0, 50, "mm"}};
constexpr double leastFont = 2, mostFont = 72;
constexpr int mostColumns = 12;

const std::vector<std::pair<std::string, FigureStyle::Arrangement>> arrangements{
    {"auto", FigureStyle::Arrangement::Auto},
    {"grid", FigureStyle::Arrangement::Grid},
    {"lead", FigureStyle::Arrangement::Lead}};
const std::vector<std::pair<std::string, FigureStyle::Letters>> letterForms{{"none", FigureStyle::Letters::None},
                                                                            {"a", FigureStyle::Letters::Lower},
                                                                            {"A", FigureStyle::Letters::Upper},
                                                                            {"(a)", FigureStyle::Letters::Bracketed}};
const std::vector<std::pair<std::string, bool>> palettes{{"okabe-ito", false}, {"greys", true}};
const std::vector<std::pair<std::string, bool>> themes{{"light", false}, {"dark", true}};
const std::vector<std::pair<std::string, bool>> backgrounds{{"opaque", false}, {"transparent", true}};

template <class Value>
std::string nameOf(const std::vector<std::pair<std::string, Value>>& names, Value value) {
  for (const auto& [name, each] : names)
    if (each == value) return name;
  return {};
}

std::string rangeText(double least, double most, const std::string& unit) {
  return "expected " + Json(least).dump() + " to " + Json(most).dump() + " " + unit;
}

/// Takes keys out of a JSON object one by one, collecting what is wrong with them.
class Reader {
 public:
  Reader(const Json& json, std::string pointer, std::vector<Problem>& problems)
      : json_(json), pointer_(std::move(pointer)), problems_(problems) {
    if (!json_.is_object()) wrong({}, json_, "expected an object");
  }
  ~Reader() {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const std::string nearest = nearestName(key, known_);
      wrong(key, value, nearest.empty() ? "unknown key" : "unknown key; did you mean " + nearest + "?");
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  const Json* find(const std::string& key) {
    known_.push_back(key);
    return json_.is_object() && json_.contains(key) ? &json_[key] : nullptr;
  }
  std::string at(const std::string& key) const { return pointer_ + "/" + key; }
  void wrong(const std::string& key, const Json& value, const std::string& allowed) {
    std::string shown = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
    problems_.push_back({key.empty() ? pointer_ : at(key), shown, allowed});
  }

  void number(const std::string& key, double& value) {
    if (const Json* given = find(key)) {
      if (given->is_number())
        value = given->get<double>();
      else
        wrong(key, *given, "expected a number");
    }
  }
  void flag(const std::string& key, bool& value) {
    if (const Json* given = find(key)) {
      if (given->is_boolean())
        value = given->get<bool>();
      else
        wrong(key, *given, "expected true or false");
    }
  }
  bool text(const std::string& key, QString& value) {
    const Json* given = find(key);
    if (!given) return false;
    if (given->is_string() && given->get_ref<const std::string&>().size() <= mostText) {
      value = QString::fromStdString(given->get<std::string>());
      return true;
    }
    wrong(key, *given, "expected text of at most " + std::to_string(mostText) + " characters");
    return false;
  }
  template <class Value>
  void choice(const std::string& key, const std::vector<std::pair<std::string, Value>>& names, Value& value) {
    const Json* given = find(key);
    if (!given) return;
    std::string allowed;
    for (const auto& [name, each] : names) {
      if (*given == name) {
        value = each;
        return;
      }
      allowed += (allowed.empty() ? "expected " : ", ") + name;
    }
    wrong(key, *given, allowed);
  }

 private:
  const Json& json_;
  std::string pointer_;
  std::vector<Problem>& problems_;
  std::vector<std::string> known_;
};

void readSize(Reader& reader, FigureStyle& style, std::vector<Problem>& problems) {
  const Json* size = reader.find("size");
  if (!size) return;
  if (size->is_object()) {
    Reader inner(*size, reader.at("size"), problems);
    inner.number("width", style.widthMm);
    inner.number("height", style.heightMm);
    return;
  }
  std::string allowed = "expected {\"width\", \"height\"} in mm";
  for (const FigureSize& known : figureSizes()) {
    if (*size == known.id) {
      style.widthMm = known.widthMm;
      style.heightMm = known.heightMm;
      return;
    }
    allowed += std::string(", ") + known.id;
  }
  reader.wrong("size", *size, allowed);
}

void readAxis(Reader& panel, const std::string& key, PanelStyle::Axis& axis, std::vector<Problem>& problems) {
  const Json* json = panel.find(key);
  if (!json) return;
  Reader reader(*json, panel.at(key), problems);
  if (QString title; reader.text("title", title)) axis.title = title;
  const std::vector<std::pair<std::string, std::string>> scales{
      {"linear", "linear"}, {"log", "log"}, {"symlog", "symlog"}};
  if (std::string scale; json->is_object() && json->contains("scale")) {
    reader.choice("scale", scales, scale);
    axis.scale = scale;
  }
  const Json* range = reader.find("range");
  if (!range) return;
  if (range->is_array() && range->size() == 2 && (*range)[0].is_number() && (*range)[1].is_number())
    axis.range = {(*range)[0].get<double>(), (*range)[1].get<double>()};
  else
    reader.wrong("range", *range, "expected [low, high]");
}

void readAnnotations(Reader& panel, std::vector<Annotation>& annotations, std::vector<Problem>& problems) {
  const Json* list = panel.find("annotations");
  if (!list) return;
  if (!list->is_array() || list->size() > mostAnnotations) {
    panel.wrong("annotations", *list, "expected a list of at most " + std::to_string(mostAnnotations));
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    Reader reader((*list)[i], panel.at("annotations/" + std::to_string(i)), problems);
    Annotation& one = annotations.emplace_back();
    reader.text("text", one.text);
    if ((*list)[i].is_object() && !(*list)[i].contains("text")) reader.wrong("text", nullptr, "expected a text");
    reader.number("x", one.x);
    reader.number("y", one.y);
    reader.choice("in", std::vector<std::pair<std::string, bool>>{{"axes", false}, {"panel", true}}, one.onPanel);
  }
}

PanelStyle readPanel(const Json& json, const std::string& pointer, std::vector<Problem>& problems) {
  PanelStyle panel;
  Reader reader(json, pointer, problems);
  if (QString title; reader.text("title", title)) panel.title = title;
  if (bool legend = true; json.is_object() && json.contains("legend")) {
    reader.flag("legend", legend);
    panel.legend = legend;
  }
  if (double smoothing = 0; json.is_object() && json.contains("smoothing")) {
    reader.number("smoothing", smoothing);
    panel.smoothing = smoothing;
  }
  readAxis(reader, "x", panel.x, problems);
  readAxis(reader, "y", panel.y, problems);
  if (const Json* camera = reader.find("camera")) {
    panel.camera = *camera;
    if (!camera->is_object()) reader.wrong("camera", *camera, "expected an object");
  }
  readAnnotations(reader, panel.annotations, problems);
  return panel;
}

Json axisJson(const PanelStyle::Axis& axis) {
  Json json = Json::object();
  if (axis.title) json["title"] = axis.title->toStdString();
  if (axis.scale) json["scale"] = *axis.scale;
  if (axis.range) json["range"] = {axis.range->first, axis.range->second};
  return json;
}

Json panelJson(const PanelStyle& panel) {
  Json json = Json::object();
  if (panel.title) json["title"] = panel.title->toStdString();
  if (panel.legend) json["legend"] = *panel.legend;
  if (Json axis = axisJson(panel.x); !axis.empty()) json["x"] = std::move(axis);
  if (Json axis = axisJson(panel.y); !axis.empty()) json["y"] = std::move(axis);
  if (panel.smoothing) json["smoothing"] = *panel.smoothing;
  if (!panel.camera.is_null()) json["camera"] = panel.camera;
  for (const Annotation& one : panel.annotations)
    json["annotations"].push_back(
        {{"text", one.text.toStdString()}, {"x", one.x}, {"y", one.y}, {"in", one.onPanel ? "panel" : "axes"}});
  return json;
}

void checkPanel(const PanelStyle& panel, const std::string& pointer, std::vector<Problem>& problems) {
  for (const auto& [axis, name] : {std::pair{&panel.x, "/x/range"}, std::pair{&panel.y, "/y/range"}}) {
    if (!axis->range) continue;
    const auto [low, high] = *axis->range;
    if (!(low < high) || !std::isfinite(low) || !std::isfinite(high))
      problems.push_back({pointer + name, Json({low, high}).dump(), "expected [low, high] with low < high"});
  }
  if (panel.smoothing && !(*panel.smoothing >= 0 && *panel.smoothing < 1))
    problems.push_back({pointer + "/smoothing", Json(*panel.smoothing).dump(), "expected at least 0 and below 1"});
  for (std::size_t i = 0; i < panel.annotations.size(); ++i)
    if (!std::isfinite(panel.annotations[i].x) || !std::isfinite(panel.annotations[i].y))
      problems.push_back({pointer + "/annotations/" + std::to_string(i), "", "expected finite x and y"});
}

}  // namespace

const std::vector<FigureSize>& figureSizes() {
  static const std::vector<FigureSize> sizes{{"column", 85, 60}, {"page", 178, 100}, {"slide", 254, 142.875}};
  return sizes;
}

const PanelStyle& FigureStyle::panel(const std::string& view) const {
  static const PanelStyle none;
  const auto found = panels.find(view);
  return found == panels.end() ? none : found->second;
}

Json FigureStyle::toJson() const {
  Json json{{"size", {{"width", widthMm}, {"height", heightMm}}},
            {"font", {{"family", family.toStdString()}, {"size", fontPt}, {"title", titlePt}, {"letters", letterPt}}},
            {"lineWidth", lineWidthPt},
            {"dpi", dpi},
            {"palette", nameOf(palettes, greys)},
            {"theme", nameOf(themes, darkTheme)},
            {"background", nameOf(backgrounds, transparent)},
            {"titles", title},
            {"legends", legend},
            {"markers", markers},
            {"grid", grid},
            {"sceneText", sceneText},
            {"letters", nameOf(letterForms, letters)},
            {"arrangement", nameOf(arrangements, arrangement)},
            {"columns", columns},
            {"gap", gapMm}};
  for (const auto& [view, panel] : panels) json["panels"][view] = panelJson(panel);
  return json;
}

FigureStyle FigureStyle::fromJson(const Json& json, const std::string& pointer) {
  FigureStyle style;
  std::vector<Problem> problems;
  {
    Reader reader(json, pointer, problems);
    readSize(reader, style, problems);
    if (const Json* font = reader.find("font")) {
      Reader inner(*font, reader.at("font"), problems);
      inner.text("family", style.family);
      inner.number("size", style.fontPt);
      inner.number("title", style.titlePt);
      inner.number("letters", style.letterPt);
    }
    reader.number("lineWidth", style.lineWidthPt);
    reader.number("dpi", style.dpi);
    reader.choice("palette", palettes, style.greys);
    reader.choice("theme", themes, style.darkTheme);
    reader.choice("background", backgrounds, style.transparent);
    reader.flag("titles", style.title);
    reader.flag("legends", style.legend);
    reader.flag("markers", style.markers);
    reader.flag("grid", style.grid);
    reader.flag("sceneText", style.sceneText);
    reader.choice("letters", letterForms, style.letters);
    reader.choice("arrangement", arrangements, style.arrangement);
    if (const Json* columns = reader.find("columns")) {
      if (columns->is_number_integer() && *columns >= 0 && *columns <= mostColumns)
        style.columns = columns->get<int>();
      else
        reader.wrong("columns", *columns, "expected a whole number, 0 to " + std::to_string(mostColumns));
    }
    reader.number("gap", style.gapMm);
    if (const Json* panels = reader.find("panels")) {
      if (!panels->is_object()) reader.wrong("panels", *panels, "expected an object by view");
      if (panels->is_object())
        for (const auto& [view, panel] : panels->items())
          style.panels[view] = readPanel(panel, reader.at("panels/" + view), problems);
    }
  }
  style.check(problems, pointer);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return style;
}

void FigureStyle::check(std::vector<Problem>& problems, const std::string& pointer) const {
  const std::size_t before = problems.size();
  for (const Bounds& bound : bounds) {
    const double value = this->*bound.member;
    if (!(value >= bound.least && value <= bound.most))
      problems.push_back({pointer + bound.pointer, Json(value).dump(), rangeText(bound.least, bound.most, bound.unit)});
  }
  for (const auto& [name, size] : {std::pair{"/font/title", titlePt}, std::pair{"/font/letters", letterPt}})
    if (size != 0 && !(size >= leastFont && size <= mostFont))
      problems.push_back(
          {pointer + name, Json(size).dump(), "expected 0 (chosen), or " + Json(leastFont).dump() + " to 72 pt"});
  if (problems.size() == before && widthMm * heightMm * dpi * dpi / (25.4 * 25.4) > mostPixels)
    problems.push_back({pointer + "/dpi", Json(dpi).dump(), "expected at most 200 million pixels in all"});
  for (const auto& [view, panel] : panels) checkPanel(panel, pointer + "/panels/" + view, problems);
}

QFont figureFont(const QPainter& painter, const FigureStyle& style, double pt) {
  QFont font = QGuiApplication::font();
  if (!style.family.isEmpty()) font.setFamily(style.family);
  font.setPointSizeF((pt > 0 ? pt : style.fontPt) * 72.0 / painter.device()->logicalDpiY());
  font.setHintingPreference(QFont::PreferNoHinting);
  return font;
}

Theme figureTheme(const FigureStyle& style) {
  Theme theme = style.darkTheme ? Theme::night() : Theme::light();
  if (!style.greys) return theme;
  theme.greys = true;
  for (QColor* color : {&theme.text, &theme.muted, &theme.faint, &theme.grid, &theme.plotBackground}) {
    const int level = qGray(color->rgb());
    *color = QColor(level, level, level);
  }
  theme.accent = theme.text;
  return theme;
}

}  // namespace learnscope
