// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_request.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace learnscope {
namespace {

constexpr int leastSide = 64, mostSide = 4096, mostRate = 120;
constexpr std::size_t mostViews = 9;
constexpr std::int64_t mostFrames = 200'000;

struct NamedSize {
  const char* id;
  const char* title;
  QSize size;
  int rate;
};
const std::array<NamedSize, 4>& namedSizes() {
  static const std::array<NamedSize, 4> sizes{{{"720p30", LS_TR("720p, 30 / s"), {1280, 720}, 30},
                                               {"1080p30", LS_TR("1080p, 30 / s"), {1920, 1080}, 30},
                                               {"1080p60", LS_TR("1080p, 60 / s"), {1920, 1080}, 60},
                                               {"square", LS_TR("Square, 30 / s"), {1080, 1080}, 30}}};
  return sizes;
}

std::string sizeText(QSize size, int rate) {
  for (const NamedSize& named : namedSizes())
    if (named.size == size && named.rate == rate) return named.id;
  return std::to_string(size.width()) + "x" + std::to_string(size.height()) + "@" + std::to_string(rate);
}

bool analyses(const Json& json) {
  return std::any_of(json.begin(), json.end(),
                     [&](const Json& part) { return part.is_structured() && analyses(part); }) ||
         (json.is_object() && json.contains("analysis"));
}

// The first scene and the two plots beside it that are open when the lab is, of those that show what was recorded: an
// analysis of every frame may train the run again.
Json usualViews(const std::vector<ViewSpec>& views) {
  Json chosen = Json::array();
  const auto take = [&](const char* area, std::size_t upTo) {
    for (const ViewSpec& view : views)
      if (chosen.size() < upTo && view.area == QLatin1String(area) && view.json.value("open", true) &&
          !analyses(view.json))
        chosen.push_back(view.id);
  };
  take("centre", 1);
  take("right", chosen.size() + 2);
  if (chosen.empty() && !views.empty()) chosen.push_back(views.front().id);
  return chosen;
}

Parameter choice(std::string id, std::string title, std::string fallback, std::vector<Choice> choices, std::string doc,
                 std::string group) {
  Parameter parameter;
  parameter.id = std::move(id);
  parameter.title = std::move(title);
  parameter.type = ParameterType::Choice;
  parameter.fallback = std::move(fallback);
  parameter.choices = std::move(choices);
  parameter.doc = std::move(doc);
  parameter.group = std::move(group);
  return parameter;
}

Parameter number(std::string id, std::string title, ParameterType type, Json fallback, double least, double most,
                 std::string unit, std::string doc, std::string group) {
  Parameter parameter;
  parameter.id = std::move(id);
  parameter.title = std::move(title);
  parameter.type = type;
  parameter.fallback = std::move(fallback);
  parameter.minimum = least;
  parameter.maximum = most;
  parameter.unit = std::move(unit);
  parameter.doc = std::move(doc);
  parameter.group = std::move(group);
  return parameter;
}

Parameter plain(std::string id, std::string title, ParameterType type, Json fallback, std::string doc,
                std::string group) {
  return number(std::move(id), std::move(title), type, std::move(fallback), -std::numeric_limits<double>::infinity(),
                std::numeric_limits<double>::infinity(), "", std::move(doc), std::move(group));
}

void addCard(std::vector<Parameter>& all, const std::string& id, const std::string& name, const std::string& when) {
  const std::string group = LS_TR("Cards");
  all.push_back(plain(id + ".text", name, ParameterType::Text, "", "Large text of a card " + when + ".", group));
  all.push_back(plain(id + ".detail", LS_TR("Second line"), ParameterType::Text, "", "Smaller text under it.", group));
  all.push_back(number(id + ".seconds", LS_TR("Shown for"), ParameterType::Real, 3.0, 0.1, 60, "s",
                       "How long the card stands, if it has a text.", group));
}

template <class Enum>
Enum indexOf(const Config& values, const std::string& id, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), values.text(id));
  return static_cast<Enum>(found - names.begin());
}

const std::vector<std::string> layouts{"auto", "focus", "row", "column", "grid"};
const std::vector<std::string> speeds{"constant", "logarithmic", "events"};
const std::vector<std::string> paths{"fixed", "turntable", "follow", "keyframes"};

QString text(const Config& values, const std::string& id) { return QString::fromStdString(values.text(id)); }

VideoCard cardOf(const Config& values, const std::string& id) {
  return {text(values, id + ".text"), text(values, id + ".detail"), values.real(id + ".seconds")};
}

// A row is a camera with a view and a step; the camera's own reader says what is wrong with the rest.
VideoKeyframe keyframeOf(Json row, const std::string& pointer, const std::vector<ViewSpec>& views) {
  VideoKeyframe keyframe;
  if (row.contains("view")) {
    const auto named = [&](const ViewSpec& view) {
      return row["view"] == view.id && view.kind == QLatin1String("scene");
    };
    if (std::none_of(views.begin(), views.end(), named))
      throw ConfigError(pointer + "/view", row["view"].dump(), "expected the id of a 3D view of this lab");
    keyframe.view = row["view"].get<std::string>();
    row.erase("view");
  }
  if (row.contains("step")) {
    if (!row["step"].is_number_integer() || row["step"] < 0)
      throw ConfigError(pointer + "/step", row["step"].dump(), "expected a step, an integer of at least 0");
    keyframe.step = row["step"].get<std::int64_t>();
    row.erase("step");
  }
  Camera::fromJson(row, Camera(), pointer);
  keyframe.camera = std::move(row);
  return keyframe;
}

void check(const VideoRequest& request, std::vector<Problem>& problems) {
  std::set<std::string> seen;
  for (const std::string& view : request.views)
    if (!seen.insert(view).second) problems.push_back({"/views", view, "each view is shown once"});
  if (request.views.empty() || request.views.size() > mostViews)
    problems.push_back(
        {"/views", std::to_string(request.views.size()) + " views", "expected 1 to " + std::to_string(mostViews)});
  if (request.last >= 0 && request.first > request.last)
    problems.push_back({"/steps", std::to_string(request.first) + ":" + std::to_string(request.last),
                        "expected a first step that is not after the last"});
  const double cards =
      (request.title.empty() ? 0 : request.title.seconds) + (request.end.empty() ? 0 : request.end.seconds);
  if ((request.seconds + cards) * request.rate > static_cast<double>(mostFrames))
    problems.push_back({"/seconds", Json(request.seconds).dump(),
                        "expected at most " + std::to_string(mostFrames) + " frames in all"});
  if (request.path == VideoRequest::Path::Keyframes && request.keyframes.empty())
    problems.push_back({"/camera.keyframes", "[]", "expected at least one place of the camera"});
}

}  // namespace

std::vector<ViewSpec> viewsFor(const LabPage& page, const Config& config) {
  std::vector<ViewSpec> views;
  for (const ViewSpec& view : page.views)
    if (!view.json.contains("when") || config.satisfies(view.json["when"])) views.push_back(view);
  return views;
}

std::optional<std::pair<QSize, int>> videoSize(const std::string& name) {
  for (const NamedSize& named : namedSizes())
    if (name == named.id) return std::pair{named.size, named.rate};
  std::array<int, 3> numbers{};
  const char* at = name.data();
  const char* end = at + name.size();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [stop, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc() || stop == at) return std::nullopt;
    at = stop;
    if (i < 2 && (at == end || *at++ != "x@"[i])) return std::nullopt;
  }
  const auto side = [](int n) { return n >= leastSide && n <= mostSide && n % 2 == 0; };
  if (at != end || !side(numbers[0]) || !side(numbers[1]) || numbers[2] < 1 || numbers[2] > mostRate)
    return std::nullopt;
  return std::pair{QSize(numbers[0], numbers[1]), numbers[2]};
}

std::vector<Parameter> VideoRequest::parameters(const std::vector<ViewSpec>& views) {
  using T = ParameterType;
  const std::string viewGroup = LS_TR("Views"), timeGroup = LS_TR("Time"), pictureGroup = LS_TR("Picture"),
                    cameraGroup = LS_TR("Camera");
  std::vector<Parameter> all;
  Parameter chosen =
      plain("views", LS_TR("Views"), T::Subset, usualViews(views), "What is shown, in reading order.", viewGroup);
  for (const ViewSpec& view : views) chosen.choices.push_back({view.id, view.title.toStdString()});
  all.push_back(std::move(chosen));
  all.push_back(choice("layout", LS_TR("Arranged"), "auto",
                       {{"auto", LS_TR("As fits")},
                        {"focus", LS_TR("First large")},
                        {"row", LS_TR("In a row")},
                        {"column", LS_TR("In a column")},
                        {"grid", LS_TR("In a grid")}},
                       "Where the views stand. As fits: a first 3D view large with the others beside it, else a grid.",
                       viewGroup));
  all.push_back(plain("compare", LS_TR("Compare runs"), T::Bool, false,
                      "Each of several runs in a colour of its own; otherwise as the views' page says.", viewGroup));
  all.push_back(number("steps.first", LS_TR("From step"), T::Int, 0, 0, 1e15, "", "The first step shown.", timeGroup));
  all.push_back(number("steps.last", LS_TR("To step"), T::Int, -1, -1, 1e15, "",
                       "The last step shown; -1 is the last that was recorded.", timeGroup));
  Parameter seconds = number("seconds", LS_TR("Length"), T::Real, 20.0, 0.1, 3600, "s",
                             "How long the run takes in the video, without the cards.", timeGroup);
  seconds.logarithmic = true;
  all.push_back(std::move(seconds));
  all.push_back(choice(
      "speed", LS_TR("Speed"), "constant",
      {{"constant", LS_TR("Constant")}, {"logarithmic", LS_TR("Logarithmic")}, {"events", LS_TR("Slow at events")}},
      "How steps pass. Logarithmic: as much time for steps 1 to 10 as for 10 to 100.", timeGroup));
  Parameter slow = number("slowdown", LS_TR("Slower by"), T::Real, 5.0, 1, 100, "×",
                          "How many times slower the run passes an event than what is far from all events.", timeGroup);
  slow.visibleIf = {{"speed", "events"}};
  all.push_back(std::move(slow));
  Parameter size = choice("size", LS_TR("Size"), "1080p30", {},
                          "Pixels and frames per second; or as 1280x720@25: even sides of 64 to 4096 pixels, 1 to 120 "
                          "frames per second.",
                          pictureGroup);
  size.open = true;
  for (const NamedSize& named : namedSizes()) size.choices.push_back({named.id, named.title});
  all.push_back(std::move(size));
  all.push_back(choice("theme", LS_TR("Theme"), "light", {{"light", LS_TR("Light")}, {"dark", LS_TR("Dark")}},
                       "The colours of the frame.", pictureGroup));
  all.push_back(number("textSize", LS_TR("Text size"), T::Real, 1.0, 0.5, 3, "×",
                       "Size of text and lines; 1 reads well from the back of a room.", pictureGroup));
  all.push_back(plain("heading", LS_TR("Heading"), T::Bool, true, "Lab, run and step above the views.", pictureGroup));
  all.push_back(plain("timeline", LS_TR("Timeline"), T::Bool, true, "Phases, events and the step below the views.",
                      pictureGroup));
  all.push_back(plain("captions", LS_TR("Captions"), T::Bool, true, "Names of events as they happen.", pictureGroup));
  all.push_back(
      choice("camera.path", LS_TR("Camera"), "fixed",
             {{"fixed", LS_TR("Fixed")},
              {"turntable", LS_TR("Turntable")},
              {"follow", LS_TR("Follow the selection")},
              {"keyframes", LS_TR("Keyframes")}},
             "How the camera of 3D views moves. Follow keeps what is selected (else all that is drawn) in the "
             "middle.",
             cameraGroup));
  Parameter turns = number("camera.turns", LS_TR("Turns"), T::Real, 1.0, -100, 100, "",
                           "Turns around the scene over the whole run; negative: the other way.", cameraGroup);
  turns.visibleIf = {{"camera.path", "turntable"}};
  all.push_back(std::move(turns));
  all.push_back(plain("camera.from", LS_TR("Begins at"), T::Text, "",
                      "A camera of the view's page, or home, top, front, side; empty: the page's first.", cameraGroup));
  all.push_back(
      plain("camera.keyframes", LS_TR("Places"), T::Table, Json::array(),
            "Places of the camera: view, step, azimuth, elevation, distance, target. Of a path that is not by "
            "keyframes the first one is where it begins.",
            cameraGroup));
  addCard(all, "title", LS_TR("Title"), "before the run");
  addCard(all, "end", LS_TR("End"), "after the run");
  const std::string selection = LS_TR("Selection");
  all.push_back(plain("select.kind", LS_TR("Kind"), T::Text, "", "Kind of item that is highlighted: neuron, class, …",
                      selection));
  all.push_back(number("select.ids", LS_TR("Items"), T::List, Json::array(), 0, 1e15, "", "Their numbers.", selection));
  return all;
}

VideoRequest VideoRequest::fromJson(const Json& json, const std::vector<ViewSpec>& views) {
  std::vector<Problem> problems;
  const Config values = resolved(parameters(views), json, problems);
  VideoRequest request;
  for (const Json& view : values["views"]) request.views.push_back(view.get<std::string>());
  request.layout = indexOf<Layout>(values, "layout", layouts);
  request.compare = values.flag("compare");
  request.first = values.integer("steps.first");
  request.last = values.integer("steps.last");
  request.seconds = values.real("seconds");
  request.speed = indexOf<Speed>(values, "speed", speeds);
  request.slowdown = values.real("slowdown");
  if (const auto size = videoSize(values.text("size"))) {
    std::tie(request.size, request.rate) = *size;
  } else {
    problems.push_back({"/size", values.text("size"),
                        "expected 720p30, 1080p30, 1080p60, square or WIDTHxHEIGHT@RATE with even sides of 64 to 4096 "
                        "pixels and 1 to 120 frames per second"});
  }
  request.dark = values.text("theme") == "dark";
  request.textSize = values.real("textSize");
  request.heading = values.flag("heading");
  request.timeline = values.flag("timeline");
  request.captions = values.flag("captions");
  request.path = indexOf<Path>(values, "camera.path", paths);
  request.turns = values.real("camera.turns");
  request.camera = values.text("camera.from");
  const Json& rows = values["camera.keyframes"];
  for (std::size_t i = 0; i < rows.size(); ++i) {
    try {
      request.keyframes.push_back(keyframeOf(rows[i], "/camera.keyframes/" + std::to_string(i), views));
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
  request.title = cardOf(values, "title");
  request.end = cardOf(values, "end");
  request.selection.kind = text(values, "select.kind");
  for (const Json& id : values["select.ids"]) request.selection.ids.push_back(std::llround(id.get<double>()));
  if (problems.empty()) check(request, problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return request;
}

Json VideoRequest::toJson() const {
  Json rows = Json::array();
  for (const VideoKeyframe& keyframe : keyframes) {
    Json row = keyframe.camera;
    if (!keyframe.view.empty()) row["view"] = keyframe.view;
    if (keyframe.step) row["step"] = *keyframe.step;
    rows.push_back(std::move(row));
  }
  const auto card = [](const VideoCard& c) {
    return Json{{"text", c.text.toStdString()}, {"detail", c.detail.toStdString()}, {"seconds", c.seconds}};
  };
  return {{"views", views},
          {"layout", layouts[static_cast<std::size_t>(layout)]},
          {"compare", compare},
          {"steps", {{"first", first}, {"last", last}}},
          {"seconds", seconds},
          {"speed", speeds[static_cast<std::size_t>(speed)]},
          {"slowdown", slowdown},
          {"size", sizeText(size, rate)},
          {"theme", dark ? "dark" : "light"},
          {"textSize", textSize},
          {"heading", heading},
          {"timeline", timeline},
          {"captions", captions},
          {"camera",
           {{"path", paths[static_cast<std::size_t>(path)]},
            {"turns", turns},
            {"from", camera},
            {"keyframes", std::move(rows)}}},
          {"title", card(title)},
          {"end", card(end)},
          {"select", {{"kind", selection.kind.toStdString()}, {"ids", selection.ids}}}};
}

}  // namespace learnscope
