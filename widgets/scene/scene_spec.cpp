// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/scene_spec.h"

#include <algorithm>

namespace learnscope {
namespace {

constexpr int longestTrail = 1000;

struct MarkRules {
  MarkSpec::Mark mark;
  std::vector<std::string> channels;  ///< bindings it takes beside its position
  bool placed;                        ///< needs a position
};

const std::map<std::string, MarkRules>& rules() {
  using M = MarkSpec::Mark;
  static const std::map<std::string, MarkRules> table{
      {"sphere", {M::Sphere, {"size", "opacity", "flashOn"}, true}},
      {"post", {M::Post, {"height", "opacity"}, true}},
      {"plane", {M::Plane, {"z", "opacity"}, false}},
      {"tube", {M::Tube, {"size", "opacity"}, true}},
      {"mesh", {M::Mesh, {"value", "vertices", "faces", "opacity"}, false}},
      {"arrow", {M::Arrow, {"direction", "opacity"}, true}},
      {"line", {M::Line, {"opacity"}, true}},
      {"glyph", {M::Glyph, {"size", "opacity"}, true}},
      {"solid", {M::Solid, {"size", "opacity"}, true}},
      {"quad", {M::Picture, {"value", "frame"}, true}},
      {"splat", {M::Splat, {"value", "opacity"}, false}},
  };
  return table;
}

QString text(const Json& json, const char* key, const std::string& pointer) {
  if (!json.contains(key)) return {};
  if (!json[key].is_string()) throw ConfigError(pointer + "/" + key, json[key].dump(), "expected a text");
  return QString::fromStdString(json[key].get<std::string>());
}

bool flag(const Json& json, const char* key, const std::string& pointer) {
  if (!json.contains(key)) return false;
  if (!json[key].is_boolean()) throw ConfigError(pointer + "/" + key, json[key].dump(), "expected true or false");
  return json[key].get<bool>();
}

double positive(const Json& json, const char* key, const std::string& pointer, double fallback) {
  if (!json.contains(key)) return fallback;
  if (!json[key].is_number() || !(json[key].get<double>() > 0))
    throw ConfigError(pointer + "/" + key, json[key].dump(), "expected a number above 0");
  return json[key].get<double>();
}

std::array<double, 2> range(const Json& json, const std::string& pointer) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_number() || !json[1].is_number() || json[0] == json[1])
    throw ConfigError(pointer, json.dump(), "expected two different numbers");
  return {json[0].get<double>(), json[1].get<double>()};
}

Vec3 place(const Json& json, const std::string& pointer) {
  if (!json.is_array() || json.size() != 3 || !json[0].is_number() || !json[1].is_number() || !json[2].is_number())
    throw ConfigError(pointer, json.dump(), "expected three numbers");
  return {json[0].get<double>(), json[1].get<double>(), json[2].get<double>()};
}

void readPosition(MarkSpec& spec, const Json& layer, const std::string& pointer) {
  const bool whole = layer.contains("position"), round = layer.contains("angle") || layer.contains("radius");
  if (whole + round + (layer.contains("x") || layer.contains("y")) > 1)
    throw ConfigError(pointer, "more than one position", "expected position, or x and y, or angle and radius");
  const std::vector<std::string> names = whole   ? std::vector<std::string>{"position"}
                                         : round ? std::vector<std::string>{"angle", "radius"}
                                                 : std::vector<std::string>{"x", "y"};
  for (const std::string& name : names) {
    if (!layer.contains(name))
      throw ConfigError(pointer + "/" + name, "missing", "expected a binding: where the items stand");
    spec.channels[name] = Binding::parse(layer[name], pointer + "/" + name);
  }
  if (layer.contains("z") && !whole) spec.channels["z"] = Binding::parse(layer["z"], pointer + "/z");
}

void readLabel(MarkSpec& spec, const Json& layer, const std::string& pointer) {
  if (layer.contains("label")) {
    const Json& label = layer["label"];
    if (label.is_string()) {
      spec.labelText = QString::fromStdString(label.get<std::string>());
    } else {
      spec.labelValue = Binding::parse(label, pointer + "/label");
    }
  }
  if (layer.contains("labels")) {
    if (!layer["labels"].is_array())
      throw ConfigError(pointer + "/labels", layer["labels"].dump(), "expected a list of texts");
    for (const Json& one : layer["labels"])
      spec.labels.push_back(QString::fromStdString(one.is_string() ? one.get<std::string>() : one.dump()));
  }
}

void readMesh(MarkSpec& spec, const Json& layer, const std::string& pointer) {
  const bool heights = spec.channel("value"), surface = spec.channel("vertices") && spec.channel("faces");
  if (heights == surface)
    throw ConfigError(pointer, layer.dump().substr(0, 60), "expected value, or vertices and faces");
  if (layer.contains("x")) spec.xRange = range(layer["x"], pointer + "/x");
  if (layer.contains("y")) spec.yRange = range(layer["y"], pointer + "/y");
}

void readShape(MarkSpec& spec, const Json& layer, const std::string& pointer) {
  static const std::map<std::string, GlyphShape> shapes{
      {"octahedron", GlyphShape::Octahedron}, {"cube", GlyphShape::Cube}, {"star", GlyphShape::Star}};
  const std::string shape = text(layer, "shape", pointer).toStdString();
  if (shape.empty()) return;
  const auto found = shapes.find(shape);
  if (found == shapes.end()) throw ConfigError(pointer + "/shape", shape, "expected octahedron, cube or star");
  spec.shape = found->second;
}

MarkSpec readMark(const Json& layer, const std::string& pointer) {
  const std::string name = text(layer, "mark", pointer).toStdString();
  const auto rule = rules().find(name);
  if (rule == rules().end()) {
    std::vector<std::string> known;
    for (const auto& [id, unused] : rules()) known.push_back(id);
    const std::string nearest = nearestName(name, known);
    throw ConfigError(pointer + "/mark", name,
                      nearest.empty() ? "sphere, post, plane, tube, mesh, arrow, line, quad, glyph, solid or splat"
                                      : "did you mean " + nearest + "?");
  }
  MarkSpec spec;
  spec.mark = rule->second.mark;
  spec.title = text(layer, "title", pointer);
  spec.select = text(layer, "select", pointer);
  for (const std::string& channel : rule->second.channels)
    if (layer.contains(channel)) spec.channels[channel] = Binding::parse(layer[channel], pointer + "/" + channel);
  if (rule->second.placed) readPosition(spec, layer, pointer);
  if (spec.mark == MarkSpec::Mark::Post && !spec.channel("height"))
    throw ConfigError(pointer + "/height", "missing", "expected a binding: how high the posts are");
  if (spec.mark == MarkSpec::Mark::Arrow && !spec.channel("direction"))
    throw ConfigError(pointer + "/direction", "missing", "expected a binding to [N, 3]");
  if (spec.mark == MarkSpec::Mark::Mesh) readMesh(spec, layer, pointer);
  if (spec.mark == MarkSpec::Mark::Picture && !spec.channel("value"))
    throw ConfigError(pointer + "/value", "missing", "expected a binding to [N, H, W, 3]");
  if (spec.mark == MarkSpec::Mark::Splat && !spec.channel("value"))
    throw ConfigError(pointer + "/value", "missing", "expected a binding to [N, 14]");
  if (spec.mark == MarkSpec::Mark::Glyph) {
    spec.event = text(layer, "event", pointer).toStdString();
    if (spec.event.empty()) throw ConfigError(pointer + "/event", "missing", "expected the id of an event");
  }
  if (spec.mark == MarkSpec::Mark::Glyph || spec.mark == MarkSpec::Mark::Solid) readShape(spec, layer, pointer);
  const bool quiet = spec.mark == MarkSpec::Mark::Plane || spec.mark == MarkSpec::Mark::Post;
  spec.color = ColorBinding::parse(layer, pointer, quiet ? QStringLiteral("muted") : QStringLiteral("0"));
  readLabel(spec, layer, pointer);
  spec.width = positive(layer, "width", pointer, 0);
  spec.extent = positive(layer, "extent", pointer, 1);
  spec.closed = flag(layer, "closed", pointer);
  spec.curved = flag(layer, "curved", pointer);
  spec.dashed = flag(layer, "dashed", pointer);
  spec.hollow = flag(layer, "hollow", pointer);
  spec.depth = flag(layer, "depth", pointer);
  spec.stack = positive(layer, "stack", pointer, 0);
  if (layer.contains("at")) spec.at = place(layer["at"], pointer + "/at");
  if (layer.contains("trail")) {
    const Json& trail = layer["trail"];
    if (!trail.is_number_integer() || trail < 0 || trail > longestTrail)
      throw ConfigError(pointer + "/trail", trail.dump(), "expected a number of records, 0 to 1000");
    spec.trail = trail.get<int>();
  }
  const QString over = text(layer, "over", pointer);
  if (!over.isEmpty() && over != QLatin1String("step"))
    throw ConfigError(pointer + "/over", over.toStdString(), "expected step");
  spec.overStep = !over.isEmpty();
  if (const Binding* value = spec.channel("value");
      spec.overStep && spec.mark == MarkSpec::Mark::Mesh && (!value || value->source != Binding::Source::Measure))
    throw ConfigError(pointer + "/value", layer.value("value", Json()).dump(),
                      "expected a measure: a surface over step has one row a record");
  const QString runs = text(layer, "runs", pointer);
  if (!runs.isEmpty() && runs != QLatin1String("current") && runs != QLatin1String("others"))
    throw ConfigError(pointer + "/runs", runs.toStdString(), "expected current or others");
  spec.others = runs == QLatin1String("others");
  return spec;
}

HandleSpec readHandle(const Json& json) {
  if (!json.is_object()) throw ConfigError("/handle", json.dump(), "expected an object with at and label");
  HandleSpec handle;
  handle.on = text(json, "on", "/handle");
  if (json.contains("at")) handle.at = place(json["at"], "/handle/at");
  handle.size = positive(json, "size", "/handle", handle.size);
  handle.label = text(json, "label", "/handle");
  return handle;
}

AxisSpec readAxis(const Json& json, const std::string& pointer) {
  if (!json.is_object()) throw ConfigError(pointer, json.dump(), "expected an object with title and range");
  AxisSpec axis;
  axis.title = text(json, "title", pointer);
  if (json.contains("range")) axis.scene = axis.values = range(json["range"], pointer + "/range");
  if (json.contains("scale")) {
    const Json& scale = json["scale"];
    if (!scale.is_array() || scale.size() != 4)
      throw ConfigError(pointer + "/scale", scale.dump(), "expected [in0, in1, out0, out1]");
    axis.values = range(Json{scale[0], scale[1]}, pointer + "/scale");
    axis.scene = range(Json{scale[2], scale[3]}, pointer + "/scale");
  }
  return axis;
}

}  // namespace

std::optional<MarkSpec> MarkSpec::ghost(const QString& key) const {
  constexpr double ghostOpacity = 0.3;
  if (others || (mark != Mark::Sphere && mark != Mark::Tube && mark != Mark::Arrow)) return {};
  MarkSpec pale = *this;
  pale.color = {};
  pale.color.key = key;
  pale.labelText.clear();
  pale.labelValue.reset();
  pale.labels.clear();
  pale.select.clear();
  pale.title.clear();
  pale.trail = 0;
  pale.channels.erase("flashOn");
  Binding opacity;
  opacity.constant = ghostOpacity;
  pale.channels["opacity"] = opacity;
  return pale;
}

bool SceneSpec::cylindrical() const {
  return std::any_of(marks.begin(), marks.end(), [](const MarkSpec& mark) { return mark.cylindrical(); });
}

SceneSpec SceneSpec::parse(const Json& view, const std::vector<Json>& layers) {
  SceneSpec spec;
  for (std::size_t i = 0; i < layers.size(); ++i)
    spec.marks.push_back(readMark(layers[i], "/layers/" + std::to_string(i)));
  if (view.contains("camera")) spec.home = Camera::fromJson(view["camera"], Camera(), "/camera");
  if (view.contains("cameras")) {
    if (!view["cameras"].is_array()) throw ConfigError("/cameras", view["cameras"].dump(), "expected a list");
    for (std::size_t i = 0; i < view["cameras"].size(); ++i) {
      const Json& json = view["cameras"][i];
      const std::string pointer = "/cameras/" + std::to_string(i);
      NamedCamera camera;
      camera.camera = Camera::fromJson(json, spec.home.value_or(Camera()), pointer);
      camera.id = text(json, "id", pointer);
      camera.title = text(json, "title", pointer);
      if (camera.title.isEmpty()) camera.title = camera.id;
      spec.cameras.push_back(std::move(camera));
    }
  }
  if (view.contains("axes")) {
    if (!view["axes"].is_object()) throw ConfigError("/axes", view["axes"].dump(), "expected an object with x, y, z");
    const char* names[] = {"x", "y", "z"};
    for (int i = 0; i < 3; ++i)
      if (view["axes"].contains(names[i]))
        spec.axes[i] = readAxis(view["axes"][names[i]], std::string("/axes/") + names[i]);
  }
  spec.floor = flag(view, "floor", "");
  if (view.contains("handle")) spec.handle = readHandle(view["handle"]);
  return spec;
}

}  // namespace learnscope
