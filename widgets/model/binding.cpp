// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/binding.h"

#include <QCoreApplication>
#include <QMetaObject>
#include <QPointer>
#include <algorithm>
#include <cmath>
#include <future>
#include <unordered_map>

namespace learnscope {
namespace {

const std::vector<std::pair<std::string, Binding::Transform>>& transforms() {
  using T = Binding::Transform;
  static const std::vector<std::pair<std::string, T>> table{
      {"log", T::Log}, {"log10", T::Log10}, {"abs", T::Abs}, {"sqrt", T::Sqrt}, {"oneMinus", T::OneMinus}};
  return table;
}

[[noreturn]] void refuse(const std::string& pointer, const Json& value, const std::string& allowed) {
  throw ConfigError(pointer, value.dump().substr(0, 60), allowed);
}

std::string text(const Json& json, const char* key, const std::string& pointer) {
  if (!json.contains(key)) return {};
  if (!json[key].is_string()) refuse(pointer + "/" + key, json[key], "expected a name");
  return json[key].get<std::string>();
}

std::optional<std::int64_t> index(const Json& json, const char* key, const std::string& pointer) {
  if (!json.contains(key)) return std::nullopt;
  if (!json[key].is_number_integer() || json[key] < 0)
    refuse(pointer + "/" + key, json[key], "expected an index of at least 0");
  return json[key].get<std::int64_t>();
}

void checkKeys(const Json& json, const std::string& pointer, const std::vector<std::string>& known) {
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string nearest = nearestName(key, known);
    throw ConfigError(std::string(pointer).append("/").append(key), "unknown key",
                      nearest.empty() ? "" : "did you mean " + nearest + "?");
  }
}

Binding::Transform parseTransform(const Json& json, const std::string& pointer) {
  const std::string name = text(json, "transform", pointer);
  if (name.empty()) return Binding::Transform::None;
  std::vector<std::string> known;
  for (const auto& [id, transform] : transforms()) {
    if (id == name) return transform;
    known.push_back(id);
  }
  const std::string nearest = nearestName(name, known);
  refuse(pointer + "/transform", name,
         nearest.empty() ? "expected log, log10, abs, sqrt or oneMinus" : "did you mean " + nearest + "?");
}

std::optional<std::array<double, 4>> parseScale(const Json& json, const std::string& pointer) {
  if (!json.contains("scale")) return std::nullopt;
  const Json& list = json["scale"];
  const std::string place = pointer + "/scale";
  if (!list.is_array() || list.size() != 4) refuse(place, list, "expected [in0, in1, out0, out1]");
  std::array<double, 4> scale{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (!list[i].is_number()) refuse(place + "/" + std::to_string(i), list[i], "expected a number");
    scale[i] = list[i].get<double>();
  }
  if (scale[0] == scale[1]) refuse(place, list, "expected in0 and in1 to differ");
  return scale;
}

/// A parameter as a number: choices such as "16" count as one, true as 1.
std::optional<double> numberOf(const Config& config, const std::string& id) {
  if (!config.has(id)) return std::nullopt;
  const Json& value = config[id];
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  bool ok = false;
  const double number = QString::fromStdString(value.get<std::string>()).toDouble(&ok);
  return ok ? std::optional(number) : std::nullopt;
}

}  // namespace

Binding Binding::parse(const Json& json, const std::string& pointer) {
  Binding binding;
  if (json.is_number()) {
    binding.constant = json.get<double>();
    return binding;
  }
  if (json.is_string()) {
    binding.source = Source::Measure;
    binding.measure = json.get<std::string>();
    return binding;
  }
  if (!json.is_object()) refuse(pointer, json, "expected a number, a measure id or an object");
  checkKeys(json, pointer,
            {"measure", "analysis", "arguments", "result", "item", "parameter", "value", "column", "row", "transform",
             "scale", "map", "range", "title", "palette", "names", "marks"});
  binding.measure = text(json, "measure", pointer);
  binding.analysis = text(json, "analysis", pointer);
  binding.result = text(json, "result", pointer);
  binding.parameter = text(json, "parameter", pointer);
  const std::string item = text(json, "item", pointer);
  if (!item.empty() && item != "index") refuse(pointer + "/item", item, "expected index");
  const int sources = !binding.measure.empty() + !binding.analysis.empty() + !binding.parameter.empty() +
                      !item.empty() + json.contains("value");
  if (sources != 1) refuse(pointer, json, "expected exactly one of measure, analysis, item, parameter, value");
  binding.source = !binding.measure.empty()     ? Source::Measure
                   : !binding.analysis.empty()  ? Source::Analysis
                   : !binding.parameter.empty() ? Source::Parameter
                   : !item.empty()              ? Source::Item
                                                : Source::Constant;
  if (binding.source == Source::Constant) {
    if (!json["value"].is_number()) refuse(pointer + "/value", json["value"], "expected a number");
    binding.constant = json["value"].get<double>();
  }
  if (binding.source == Source::Analysis && binding.result.empty())
    throw ConfigError(pointer + "/result", "missing", "expected the name of a result of " + binding.analysis);
  if (json.contains("arguments")) {
    if (!json["arguments"].is_object()) refuse(pointer + "/arguments", json["arguments"], "expected an object");
    binding.arguments = json["arguments"];
  }
  binding.column = index(json, "column", pointer);
  binding.row = index(json, "row", pointer);
  binding.transform = parseTransform(json, pointer);
  binding.scale = parseScale(json, pointer);
  return binding;
}

double Binding::apply(double value) const {
  switch (transform) {
    case Transform::None:
      break;
    case Transform::Log:
      value = value > 0 ? std::log(value) : std::nan("");
      break;
    case Transform::Log10:
      value = value > 0 ? std::log10(value) : std::nan("");
      break;
    case Transform::Abs:
      value = std::abs(value);
      break;
    case Transform::Sqrt:
      value = value >= 0 ? std::sqrt(value) : std::nan("");
      break;
    case Transform::OneMinus:
      value = 1 - value;
      break;
  }
  if (!scale) return value;
  const auto& [in0, in1, out0, out1] = *scale;
  return out0 + (value - in0) / (in1 - in0) * (out1 - out0);
}

std::vector<double> Bound::forItems(const Bound& reference) const {
  const std::size_t n = reference.items();
  std::vector<double> result(n, std::nan(""));
  if (itemIndex) {
    for (std::size_t i = 0; i < n; ++i) result[i] = binding.apply(static_cast<double>(reference.id(i)));
  } else if (scalar()) {
    if (!values.empty()) std::fill(result.begin(), result.end(), values[0]);
  } else if (ids == reference.ids) {
    // Of an array with more axes the first value of each item is taken.
    const std::size_t own = items(), width = own ? values.size() / own : 0;
    for (std::size_t i = 0; i < std::min(n, own) && width; ++i) result[i] = values[i * width];
  } else {
    std::unordered_map<std::int64_t, double> byId;
    for (std::size_t i = 0; i < items() && i < values.size(); ++i) byId[id(i)] = values[i];
    for (std::size_t i = 0; i < n; ++i) {
      const auto found = byId.find(reference.id(i));
      if (found != byId.end()) result[i] = found->second;
    }
  }
  return result;
}

std::optional<Bound> slice(const Array& array, const Binding& binding) {
  Bound bound;
  bound.binding = binding;
  bound.shape = array.shape();
  bound.ids = array.ids();
  std::size_t begin = 0, count = array.size(), stride = 1;
  if (binding.row) {
    if (bound.shape.empty() || *binding.row >= bound.shape.front()) return std::nullopt;
    count /= static_cast<std::size_t>(bound.shape.front());
    begin = count * static_cast<std::size_t>(*binding.row);
    bound.shape.erase(bound.shape.begin());
    bound.ids.clear();
  }
  if (binding.column) {
    if (bound.shape.empty() || *binding.column >= bound.shape.back()) return std::nullopt;
    stride = static_cast<std::size_t>(bound.shape.back());
    begin += static_cast<std::size_t>(*binding.column);
    count /= stride;
    bound.shape.pop_back();
    if (bound.shape.empty()) bound.ids.clear();
  }
  bound.values.resize(count);
  for (std::size_t i = 0; i < count; ++i) bound.values[i] = binding.apply(array.value(begin + i * stride));
  return bound;
}

std::optional<Bound> evaluate(const Binding& binding, SessionModel& model, const Run& run, std::int64_t step,
                              AnalysisFeed* feed) {
  Bound bound;
  bound.binding = binding;
  switch (binding.source) {
    case Binding::Source::Constant:
      bound.values = {binding.apply(binding.constant)};
      return bound;
    case Binding::Source::Item:
      bound.itemIndex = true;
      return bound;
    case Binding::Source::Parameter: {
      const std::optional<double> value = numberOf(run.info().config, binding.parameter);
      if (!value) return std::nullopt;
      bound.values = {binding.apply(*value)};
      return bound;
    }
    case Binding::Source::Analysis: {
      const std::shared_ptr<const State> state = feed ? feed->result(binding, step) : nullptr;
      if (!state || !state->has(binding.result)) return std::nullopt;
      return slice(state->get(binding.result), binding);
    }
    case Binding::Source::Measure:
      break;
  }
  if (const ScalarSeries& series = run.scalars(binding.measure); !series.empty()) {
    const std::ptrdiff_t i = indexAt(series, step);
    if (i < 0) return std::nullopt;
    bound.values = {binding.apply(series[static_cast<std::size_t>(i)].value)};
    return bound;
  }
  const std::shared_ptr<const Array> array = model.array(run, binding.measure, step);
  return array ? slice(*array, binding) : std::nullopt;
}

bool LiveBinding::update(SessionModel& model, const Run& run, std::int64_t step, AnalysisFeed* feed) {
  const bool sameRun = run_ == run.info().id;
  run_ = run.info().id;
  // Arrays and results are immutable: the same one gives the same value, however large it is.
  if (binding_.source == Binding::Source::Analysis) {
    std::shared_ptr<const State> state = feed ? feed->result(binding_, step) : nullptr;
    if (sameRun && state == state_) return false;
    state_ = std::move(state);
    const bool had = value_.has_value();
    value_ = state_ && state_->has(binding_.result) ? slice(state_->get(binding_.result), binding_) : std::nullopt;
    return had || value_;
  }
  if (binding_.source == Binding::Source::Measure && run.scalars(binding_.measure).empty()) {
    std::shared_ptr<const Array> array = model.array(run, binding_.measure, step);
    if (sameRun && array == array_) return false;
    array_ = std::move(array);
    const bool had = value_.has_value();
    value_ = array_ ? slice(*array_, binding_) : std::nullopt;
    return had || value_;
  }
  std::optional<Bound> now = evaluate(binding_, model, run, step, feed);
  const bool same = sameRun && now.has_value() == value_.has_value() && (!now || now->values == value_->values);
  value_ = std::move(now);
  return !same;
}

struct AnalysisFeed::Request {
  std::string key;     ///< run, step and arguments that were asked for
  std::string flying;  ///< the same of a request for the newest state whose answer has not come
  std::shared_ptr<const State> newest;
  QString error;  ///< of the last answer
};

AnalysisFeed::AnalysisFeed(SessionModel& model, QString key, QObject* parent)
    : QObject(parent), model_(model), key_(std::move(key)) {}
AnalysisFeed::~AnalysisFeed() = default;

QString AnalysisFeed::error() const {
  for (const auto& [slot, request] : requests_)
    if (!request->error.isEmpty()) return request->error;
  return {};
}

Json AnalysisFeed::resolvedArguments(const Json& arguments) const {
  Json resolved = arguments;
  for (auto& [name, value] : resolved.items()) {
    if (!value.is_object()) continue;
    if (const auto parameter = value.find("parameter"); parameter != value.end() && parameter->is_string()) {
      // A live one as the user has just set it: the trainer takes it over at its next step only.
      const std::string id = parameter->get<std::string>();
      const Parameter* known = model_.nextDescription().parameter(id);
      const Config config = known && known->live ? model_.nextConfig() : model_.config();
      value = config.has(id) ? config[id] : Json();
      continue;
    }
    if (const auto axis = value.find("handle"); axis != value.end() && axis->is_string()) {
      const std::size_t k = std::string("xyz").find(axis->get<std::string>());
      value = k < 3 ? std::round(1000 * handle_[k]) / 1000 : 0;
      continue;
    }
    if (!value.contains("selection")) continue;
    const Selection& selection = model_.selection();
    const bool matches = !selection.ids.empty() && value["selection"] == selection.kind.toStdString();
    value = matches ? Json(selection.ids.front()) : value.value("none", Json(0));
  }
  return resolved;
}

std::shared_ptr<const State> AnalysisFeed::result(const Binding& binding, std::int64_t step) {
  const std::shared_ptr<Run> run = model_.run();
  if (!run) return nullptr;
  const Json arguments = resolvedArguments(binding.arguments);
  // One slot for each analysis and its unresolved arguments: a newer request replaces the older one.
  const std::string slot = binding.analysis + binding.arguments.dump();
  const std::string wanted = run->info().id + ":" + std::to_string(step) + arguments.dump();
  std::shared_ptr<Request>& request = requests_[slot];
  if (!request) request = std::make_shared<Request>();
  if (request->key == wanted) return request->newest;
  // Following means the newest state: by the time it is looked at, training has gone on, and nothing is replayed. While
  // one is on its way no other is asked for: each would stop the one before it, and none would ever come.
  const std::int64_t asked = model_.following() ? -1 : step;
  if (asked < 0 && !request->flying.empty()) return request->newest;
  request->key = wanted;
  const std::string sessionKey = key_.toStdString() + "/" + slot;
  if (model_.synchronous()) {
    auto promise = std::make_shared<std::promise<AnalysisResult>>();
    model_.session().analyse(sessionKey, binding.analysis, asked, arguments,
                             [promise](AnalysisResult result) { promise->set_value(std::move(result)); });
    const AnalysisResult result = promise->get_future().get();
    request->newest = result.result;
    request->error = QString::fromStdString(result.error);
    return request->newest;
  }
  model_.session().analyse(sessionKey, binding.analysis, asked, arguments,
                           [self = QPointer<AnalysisFeed>(this), request, wanted](AnalysisResult result) {
                             // On the analysis thread: hand over to the GUI thread, which alone touches the feed.
                             QMetaObject::invokeMethod(qApp, [self, request, wanted, result = std::move(result)] {
                               if (!self) return;
                               if (request->flying == wanted) request->flying.clear();
                               if (request->key != wanted && !result.result) return;
                               if (result.result) request->newest = result.result;
                               request->error = QString::fromStdString(result.error);
                               emit self->arrived();
                             });
                           });
  request->flying = asked < 0 ? wanted : std::string();
  return request->newest;
}

ColorBinding ColorBinding::parse(const Json& layer, const std::string& pointer, const QString& fallback) {
  ColorBinding color;
  color.key = fallback;
  if (!layer.contains("color")) return color;
  const Json& json = layer["color"];
  const std::string place = pointer + "/color";
  if (json.is_string() || json.is_number_integer()) {
    color.key = json.is_string() ? QString::fromStdString(json.get<std::string>()) : QString::number(json.get<int>());
    if (color.key.startsWith('#') && !QColor::isValidColor(color.key)) refuse(place, json, "expected #rrggbb");
    return color;
  }
  if (!json.is_object()) refuse(place, json, "expected a colour key or a mapped value");
  color.value = Binding::parse(json, place);
  color.map = json.contains("map") ? QString::fromStdString(text(json, "map", place)) : QStringLiteral("sequential");
  color.title = QString::fromStdString(text(json, "title", place));
  if (json.contains("palette")) {
    if (!json["palette"].is_array()) refuse(place + "/palette", json["palette"], "expected a list of colour keys");
    for (const Json& key : json["palette"])
      color.palette.push_back(QString::fromStdString(key.is_string() ? key.get<std::string>() : key.dump()));
  }
  if (json.contains("names")) {
    if (!json["names"].is_array()) refuse(place + "/names", json["names"], "expected a list of texts");
    for (const Json& name : json["names"])
      color.names.push_back(QString::fromStdString(name.is_string() ? name.get<std::string>() : name.dump()));
  }
  const std::vector<std::string> maps{"sequential", "diverging", "cyclic", "category"};
  if (std::find(maps.begin(), maps.end(), color.map.toStdString()) == maps.end()) {
    const std::string nearest = nearestName(color.map.toStdString(), maps);
    refuse(place + "/map", json["map"],
           nearest.empty() ? "expected sequential, diverging, cyclic or category" : "did you mean " + nearest + "?");
  }
  if (json.contains("marks")) {
    const Json& marks = json["marks"];
    if (!marks.is_boolean() || (marks.get<bool>() && color.map != QLatin1String("category")))
      refuse(place + "/marks", marks, "expected true or false; only categories have marks");
    color.marks = marks.get<bool>();
  }
  if (json.contains("range")) {
    const Json& range = json["range"];
    if (!range.is_array() || range.size() != 2 || !range[0].is_number() || !range[1].is_number() ||
        range[0] >= range[1])
      refuse(place + "/range", range, "expected [lowest, highest]");
    color.range = {range[0].get<double>(), range[1].get<double>()};
  }
  return color;
}

CategoryMark ColorBinding::markAt(double v) const {
  return marks && std::isfinite(v) ? categoryMark(static_cast<int>(std::lround(std::clamp(v, 0.0, 1e6))))
                                   : CategoryMark::Circle;
}

std::vector<CategoryName> ColorBinding::legend(const std::vector<double>& values, const Theme& theme) const {
  std::vector<CategoryName> entries;
  for (std::size_t i = 0; map == QLatin1String("category") && i < names.size(); ++i)
    if (std::find(values.begin(), values.end(), static_cast<double>(i)) != values.end())
      entries.push_back({names[i], at(static_cast<double>(i), {0, 1}, theme), markAt(static_cast<double>(i))});
  return entries;
}

std::pair<double, double> ColorBinding::rangeOf(const std::vector<double>& values) const {
  if (range) return *range;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  if (!(low <= high)) return {0, 1};
  if (map == QLatin1String("diverging")) high = std::max(std::abs(low), std::abs(high)), low = -high;
  if (low == high) high = low + (low == 0 ? 1 : std::abs(low));
  return {low, high};
}

QColor ColorBinding::at(double v, std::pair<double, double> span, const Theme& theme) const {
  if (!value) return theme.color(key);
  if (!std::isfinite(v)) return theme.faint;
  if (map == QLatin1String("category")) {
    const auto index = static_cast<std::size_t>(std::max(0L, std::lround(v)));
    if (palette.empty()) return theme.category(static_cast<int>(index));
    const std::size_t place = index % palette.size();
    return theme.category(static_cast<int>(place), palette[place]);
  }
  return mapColor(map, (v - span.first) / (span.second - span.first), theme);
}

}  // namespace learnscope
