// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/parameter.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/core/config.h"

namespace learnscope {
namespace {

std::string numberText(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

std::vector<std::string> choiceIds(const Parameter& parameter) {
  std::vector<std::string> ids;
  for (const Choice& choice : parameter.choices) ids.push_back(choice.id);
  return ids;
}

std::string rangeText(const Parameter& parameter) {
  const bool low = std::isfinite(parameter.minimum), high = std::isfinite(parameter.maximum);
  if (low && high) return " in [" + numberText(parameter.minimum) + ", " + numberText(parameter.maximum) + "]";
  if (low) return " >= " + numberText(parameter.minimum);
  if (high) return " <= " + numberText(parameter.maximum);
  return "";
}

bool isFiniteNumber(const Json& value) { return value.is_number() && std::isfinite(value.get<double>()); }

bool inRange(const Parameter& parameter, const Json& value) {
  if (!isFiniteNumber(value)) return false;
  const double number = value.get<double>();
  return number >= parameter.minimum && number <= parameter.maximum;
}

bool isInteger(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= INT64_MAX;
  return value.is_number_integer();
}

bool allInRange(const Parameter& parameter, const Json& list) {
  return list.is_array() &&
         std::all_of(list.begin(), list.end(), [&](const Json& element) { return inRange(parameter, element); });
}

bool isMatrix(const Parameter& parameter, const Json& rows) {
  return rows.is_array() && std::all_of(rows.begin(), rows.end(), [&](const Json& row) {
           return allInRange(parameter, row) && row.size() == rows.front().size();
         });
}

bool isKnownChoice(const Parameter& parameter, const Json& value) {
  if (!value.is_string()) return false;
  if (parameter.open) return !value.get_ref<const std::string&>().empty();
  const std::string& id = value.get_ref<const std::string&>();
  return std::any_of(parameter.choices.begin(), parameter.choices.end(),
                     [&](const Choice& choice) { return choice.id == id; });
}

bool fits(const Parameter& parameter, const Json& value) {
  switch (parameter.type) {
    case ParameterType::Bool:
      return value.is_boolean();
    case ParameterType::Int:
      return isInteger(value) && inRange(parameter, value);
    case ParameterType::Real:
      return inRange(parameter, value);
    case ParameterType::Choice:
      return isKnownChoice(parameter, value);
    case ParameterType::Text:
    case ParameterType::File:
    case ParameterType::Folder:
      return value.is_string();
    case ParameterType::List:
      return allInRange(parameter, value);
    case ParameterType::Matrix:
      return isMatrix(parameter, value);
    case ParameterType::Table:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const Json& row) { return row.is_object(); });
    case ParameterType::Subset:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [&](const Json& item) { return isKnownChoice(parameter, item); });
  }
  return false;
}

}  // namespace

std::string_view typeName(ParameterType type) {
  switch (type) {
    case ParameterType::Bool:
      return "bool";
    case ParameterType::Int:
      return "int";
    case ParameterType::Real:
      return "real";
    case ParameterType::Choice:
      return "choice";
    case ParameterType::Text:
      return "text";
    case ParameterType::List:
      return "list";
    case ParameterType::File:
      return "file";
    case ParameterType::Folder:
      return "folder";
    case ParameterType::Matrix:
      return "matrix";
    case ParameterType::Table:
      return "table";
    case ParameterType::Subset:
      return "subset";
  }
  return "";
}

std::string Parameter::allowed() const {
  const auto listed = [this] {
    std::string text;
    for (const Choice& choice : choices) text += (text.empty() ? "" : ", ") + choice.id;
    return text;
  };
  switch (type) {
    case ParameterType::Bool:
      return "true or false";
    case ParameterType::Int:
      return "integer" + rangeText(*this);
    case ParameterType::Real:
      return "number" + rangeText(*this);
    case ParameterType::Choice:
      return (open ? "text, such as " : "one of ") + listed();
    case ParameterType::Text:
      return "text";
    case ParameterType::List:
      return "list of numbers" + rangeText(*this);
    case ParameterType::File:
      return "path of a file";
    case ParameterType::Folder:
      return "path of a folder";
    case ParameterType::Matrix:
      return "list of equal rows of numbers" + rangeText(*this);
    case ParameterType::Table:
      return "list of objects";
    case ParameterType::Subset:
      return "list of some of " + listed();
  }
  return "";
}

std::optional<Problem> Parameter::check(const Json& value) const {
  if (fits(*this, value)) return std::nullopt;
  std::string hint = "must be " + allowed();
  const auto suggest = [&](const Json& given) {
    if (!given.is_string() || open || isKnownChoice(*this, given)) return;
    const std::string nearest = nearestName(given.get<std::string>(), choiceIds(*this));
    if (!nearest.empty()) hint += "; did you mean " + nearest + "?";
  };
  if (type == ParameterType::Choice) suggest(value);
  if (type == ParameterType::Subset && value.is_array())
    for (const Json& item : value) suggest(item);
  std::string shown = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (shown.size() > 80) shown = shown.substr(0, 77) + "...";
  return Problem{"/" + id, std::move(shown), std::move(hint)};
}

Json Parameter::parse(const std::string& text) const {
  const auto refuse = [&]() -> Json { throw ConfigError("/" + id, text, "must be " + allowed()); };
  switch (type) {
    case ParameterType::Bool:
      if (text == "true" || text == "1" || text == "on" || text == "yes") return true;
      if (text == "false" || text == "0" || text == "off" || text == "no") return false;
      return refuse();
    case ParameterType::Int: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      return error == std::errc() && end == text.data() + text.size() ? Json(number) : refuse();
    }
    case ParameterType::Real: {
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      const bool whole = error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
      return whole ? Json(number) : refuse();
    }
    case ParameterType::Choice:
    case ParameterType::Text:
    case ParameterType::File:
    case ParameterType::Folder:
      return text;
    case ParameterType::List:
    case ParameterType::Matrix:
    case ParameterType::Table:
    case ParameterType::Subset:
      try {
        return parseJson(text, "/" + id);
      } catch (const Error&) {
        return refuse();
      }
  }
  return refuse();
}

Json Parameter::toJson() const {
  Json json = {{"id", id},   {"title", title}, {"type", typeName(type)}, {"default", fallback},
               {"doc", doc}, {"group", group}, {"live", live},           {"allowed", allowed()}};
  if (!unit.empty()) json["unit"] = unit;
  if (std::isfinite(minimum)) json["minimum"] = minimum;
  if (std::isfinite(maximum)) json["maximum"] = maximum;
  if (logarithmic) json["logarithmic"] = true;
  if (open) json["open"] = true;
  for (const Choice& choice : choices) json["choices"].push_back({{"id", choice.id}, {"title", choice.title}});
  if (!visibleIf.is_null()) json["visibleIf"] = visibleIf;
  return json;
}

}  // namespace learnscope
