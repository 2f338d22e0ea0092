// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/claims_page.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace learnscope {
namespace {

using Names = std::vector<std::string>;

std::string shown(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

[[noreturn]] void refuse(const std::string& pointer, const Json& value, const std::string& expected) {
  throw ConfigError(pointer, shown(value), expected);
}

[[noreturn]] void refuseName(const std::string& pointer, const std::string& name, const Names& known,
                             const std::string& what) {
  const std::string nearest = nearestName(name, known);
  throw ConfigError(pointer, name, nearest.empty() ? "no such " + what : "did you mean " + nearest + "?");
}

void requireKeys(const Json& json, const std::string& pointer, const Names& known) {
  if (!json.is_object()) refuse(pointer, json, "expected an object");
  for (const auto& [key, value] : json.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      refuseName(std::string(pointer).append("/").append(key), key, known, "key of a claim");
}

std::string text(const Json& json, const char* key, const std::string& pointer) {
  if (!json.contains(key)) throw ConfigError(pointer + "/" + key, "missing", "expected text");
  const Json& value = json[key];
  if (!value.is_string() || value.get_ref<const std::string&>().empty())
    refuse(pointer + "/" + key, value, "expected text");
  return value.get<std::string>();
}

double number(const Json& json, const std::string& pointer) {
  if (!json.is_number() || !std::isfinite(json.get<double>())) refuse(pointer, json, "expected a number");
  return json.get<double>();
}

std::int64_t count(const Json& json, const std::string& pointer, std::int64_t least) {
  if (!json.is_number_integer() || json < least)
    refuse(pointer, json, "expected a whole number of at least " + std::to_string(least));
  return json.get<std::int64_t>();
}

class Reader {
 public:
  Reader(const Json& page, const Description& description) : description_(description) {
    for (const Measure& measure : description.measures) measures_.push_back(measure.id);
    for (const EventRule& event : description.events) events_.push_back(event.id);
    for (const Parameter& parameter : description.parameters) parameters_.push_back(parameter.id);
    for (const Json& preset : page.value("presets", Json::array())) presets_.push_back(preset["id"].get<std::string>());
  }

  Claim claim(const Json& json, const std::string& pointer) const {
    requireKeys(
        json, pointer,
        {"id", "text", "source", "presets", "set", "when", "step", "value", "over", "minus", "least", "most", "never"});
    Claim claim;
    claim.id = text(json, "id", pointer);
    claim.text = text(json, "text", pointer);
    const std::string source = text(json, "source", pointer);
    if (source != "paper" && source != "ours") refuse(pointer + "/source", json["source"], "expected paper or ours");
    claim.source = source == "paper" ? Claim::Source::Paper : Claim::Source::Ours;
    readSubject(json, pointer, claim);
    if (json.contains("step")) claim.step = count(json["step"], pointer + "/step", 1);
    if (!json.contains("value")) throw ConfigError(pointer + "/value", "missing", "expected a measure or an event");
    claim.value = runNumber(json["value"], pointer + "/value");
    if (json.contains("over") && json.contains("minus"))
      throw ConfigError(pointer + "/over", "with minus", "expected one of the two");
    if (json.contains("over")) claim.over = runNumber(json["over"], pointer + "/over");
    if (json.contains("minus")) claim.minus = runNumber(json["minus"], pointer + "/minus");
    readBounds(json, pointer, claim);
    return claim;
  }

 private:
  void readSubject(const Json& json, const std::string& pointer, Claim& claim) const {
    if (json.contains("presets")) {
      const Json& list = json["presets"];
      if (!list.is_array() || list.empty()) refuse(pointer + "/presets", list, "expected a list of presets");
      for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string place = pointer + "/presets/" + std::to_string(i);
        if (!list[i].is_string()) refuse(place, list[i], "expected the id of a preset");
        claim.presets.push_back(list[i].get<std::string>());
        if (std::find(presets_.begin(), presets_.end(), claim.presets.back()) == presets_.end())
          refuseName(place, claim.presets.back(), presets_, "preset");
      }
    }
    for (const auto& [key, values] : {std::pair{"set", &claim.set}, {"when", &claim.when}}) {
      if (!json.contains(key)) continue;
      const std::string place = pointer + "/" + key;
      if (!json[key].is_object()) refuse(place, json[key], "expected an object of parameter values");
      *values = flattened(json[key]);
      for (const auto& [parameter, value] : values->items())
        if (!description_.parameter(parameter))
          refuseName(std::string(place).append("/").append(parameter), parameter, parameters_, "parameter");
    }
    if (claim.presets.empty() == claim.set.is_null())
      throw ConfigError(pointer + "/presets", claim.set.is_null() ? "missing" : "with set",
                        "expected presets or set: which runs it is about");
  }

  void readBounds(const Json& json, const std::string& pointer, Claim& claim) const {
    if (json.contains("least")) claim.least = number(json["least"], pointer + "/least");
    if (json.contains("most")) claim.most = number(json["most"], pointer + "/most");
    if (claim.least && claim.most && *claim.least > *claim.most)
      refuse(pointer + "/most", json["most"], "expected at least " + shown(json["least"]));
    if (json.contains("never")) {
      if (json["never"] != true) refuse(pointer + "/never", json["never"], "expected true, or bounds instead");
      if (claim.value.event.empty() || claim.over || claim.minus)
        throw ConfigError(pointer + "/never", "true", "only an event can be said never to happen");
      claim.never = true;
    }
    if ((claim.least || claim.most) == claim.never)
      throw ConfigError(pointer + "/least", claim.never ? "with never" : "missing", "expected least or most, or never");
  }

  RunNumber runNumber(const Json& json, const std::string& pointer) const {
    RunNumber number;
    if (json.is_string()) {
      readMeasure(json, pointer, number);
      requireItem(number, pointer);
      return number;
    }
    requireKeys(
        json, pointer,
        {"measure", "event", "item", "mean", "smallest", "largest", "firstAbove", "firstBelow", "from", "until"});
    if (json.contains("measure") == json.contains("event"))
      throw ConfigError(pointer + "/measure", json.contains("event") ? "with event" : "missing",
                        "expected a measure or an event");
    if (json.contains("event")) {
      requireKeys(json, pointer, {"event"});
      readEvent(json["event"], pointer + "/event", number.event);
      return number;
    }
    readMeasure(json["measure"], pointer + "/measure", number);
    readItem(json, pointer, number);
    requireItem(number, pointer);
    readTake(json, pointer, number);
    for (const auto& [key, bound] : {std::pair{"from", &number.from}, {"until", &number.until}})
      if (json.contains(key)) readBound(json[key], pointer + "/" + key, *bound);
    return number;
  }

  void readMeasure(const Json& json, const std::string& pointer, RunNumber& number) const {
    if (!json.is_string()) refuse(pointer, json, "expected the id of a measure");
    number.measure = json.get<std::string>();
    if (!description_.measure(number.measure)) refuseName(pointer, number.measure, measures_, "measure");
  }

  void readEvent(const Json& json, const std::string& pointer, std::string& event) const {
    if (!json.is_string()) refuse(pointer, json, "expected the id of an event");
    event = json.get<std::string>();
    if (!description_.event(event)) refuseName(pointer, event, events_, "event");
  }

  static void readItem(const Json& json, const std::string& pointer, RunNumber& number) {
    if (!json.contains("item")) return;
    const Json list = json["item"].is_array() ? json["item"] : Json::array({json["item"]});
    for (const Json& place : list) number.item.push_back(count(place, pointer + "/item", 0));
  }

  void requireItem(const RunNumber& number, const std::string& pointer) const {
    const Measure& measure = *description_.measure(number.measure);
    const std::size_t axes = measure.kind == MeasureKind::Array ? measure.shape.size() : 0;
    if (number.item.size() > axes || (axes > 0 && number.item.empty()))
      throw ConfigError(pointer + "/item", std::to_string(number.item.size()) + " numbers",
                        axes == 0 ? "expected none: " + number.measure + " is a scalar"
                                  : "expected 1 to " + std::to_string(axes) + ": " + number.measure + " is an array");
  }

  static void readTake(const Json& json, const std::string& pointer, RunNumber& number) {
    using Take = RunNumber::Take;
    int given = 0;
    const auto take = [&](const char* key, Take wanted) {
      if (!json.contains(key)) return false;
      if (++given > 1) throw ConfigError(pointer + "/" + key, "a second way", "expected one way to take a number");
      number.take = wanted;
      return true;
    };
    if (take("mean", Take::Mean)) number.records = static_cast<std::size_t>(count(json["mean"], pointer + "/mean", 1));
    for (const auto& [key, wanted] : {std::pair{"smallest", Take::Smallest}, {"largest", Take::Largest}})
      if (take(key, wanted) && json[key] != true) refuse(pointer + "/" + key, json[key], "expected true");
    for (const auto& [key, wanted] : {std::pair{"firstAbove", Take::FirstAbove}, {"firstBelow", Take::FirstBelow}})
      if (take(key, wanted)) number.threshold = learnscope::number(json[key], pointer + "/" + key);
    if (!number.item.empty() && number.take != Take::Last && number.take != Take::Mean)
      throw ConfigError(pointer + "/item", "of a whole run", "expected the last or the mean record of an array");
  }

  void readBound(const Json& json, const std::string& pointer, RunNumber::Bound& bound) const {
    if (json.is_string()) {
      std::string event;
      readEvent(json, pointer, event);
      bound = std::move(event);
    } else {
      bound = count(json, pointer, 0);
    }
  }

  const Description& description_;
  Names measures_, events_, parameters_, presets_;
};

}  // namespace

void checkPresets(const Json& page) {
  if (!page.is_object()) refuse("", page, "expected an object");
  const Json presets = page.value("presets", Json::array());
  if (!presets.is_array()) refuse("/presets", presets, "expected a list");
  for (std::size_t i = 0; i < presets.size(); ++i) {
    const std::string pointer = "/presets/" + std::to_string(i);
    if (!presets[i].is_object()) refuse(pointer, presets[i], "expected an object");
    text(presets[i], "id", pointer);
    if (presets[i].contains("steps")) count(presets[i]["steps"], pointer + "/steps", 0);
    for (const char* key : {"runs", "commands"})
      if (const Json list = presets[i].value(key, Json::array());
          !list.is_array() || !std::all_of(list.begin(), list.end(), [](const Json& each) { return each.is_object(); }))
        refuse(pointer + "/" + key, list, "expected a list of objects");
    for (const Json& run : presets[i].value("runs", Json::array()))
      if (run.contains("set") && !run["set"].is_object())
        refuse(pointer + "/runs", run["set"], "expected an object of parameter values");
  }
}

std::vector<Claim> parseClaims(const Json& page, const Description& description) {
  std::vector<Claim> claims;
  if (!page.contains("claims")) return claims;
  if (!page["claims"].is_array()) refuse("/claims", page["claims"], "expected a list");
  const Reader reader(page, description);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < page["claims"].size(); ++i) {
    const std::string pointer = "/claims/" + std::to_string(i);
    claims.push_back(reader.claim(page["claims"][i], pointer));
    if (!seen.insert(claims.back().id).second)
      refuse(pointer + "/id", claims.back().id, "expected another id: this one is taken");
  }
  return claims;
}

}  // namespace learnscope
