// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/item_names.h"

#include <array>
#include <optional>

namespace learnscope {
namespace {

constexpr std::array channels{"y", "position", "value", "x", "z", "height", "size", "color", "spread"};
constexpr std::string_view placeholder = "{name}";
constexpr std::size_t mostLayers = 32;  ///< made of one; more items than that stay one layer of all

std::string measureOf(const Json& binding) {
  if (binding.is_string()) return binding.get<std::string>();
  return binding.is_object() && binding.contains("measure") && binding["measure"].is_string()
             ? binding["measure"].get<std::string>()
             : std::string();
}

/// The names behind a layer: those of the first of its channels that is bound to a measure with named items.
const std::vector<std::string>* namesOf(const Json& layer, const Description& description) {
  for (const char* channel : channels) {
    if (!layer.contains(channel)) continue;
    const Measure* measure = description.measure(measureOf(layer[channel]));
    if (measure && !measure->items.empty()) return &measure->items;
  }
  return nullptr;
}

void replaceName(Json& value, const std::string& name) {
  if (value.is_array())
    for (Json& one : value) replaceName(one, name);
  if (!value.is_string()) return;
  std::string text = value.get<std::string>();
  for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + name.size()))
    text.replace(at, placeholder.size(), name);
  value = text;
}

void setRow(Json& layer, const Description& description, std::size_t row) {
  for (const char* channel : channels) {
    if (!layer.contains(channel)) continue;
    const Measure* measure = description.measure(measureOf(layer[channel]));
    if (!measure || measure->items.empty()) continue;
    if (layer[channel].is_string()) layer[channel] = Json{{"measure", layer[channel]}};
    if (!layer[channel].contains("row")) layer[channel]["row"] = row;
  }
}

/// The row that a layer's bindings ask for, with "last" made a number; nothing if it asks for none.
std::optional<std::size_t> resolveRow(Json& layer, const std::vector<std::string>& names) {
  std::optional<std::size_t> row;
  for (const char* channel : channels) {
    if (!layer.contains(channel) || !layer[channel].is_object() || !layer[channel].contains("row")) continue;
    Json& asked = layer[channel]["row"];
    if (asked == "last") asked = names.size() - 1;
    if (asked.is_number_unsigned()) row = asked.get<std::size_t>();
  }
  return row;
}

}  // namespace

std::vector<Json> withItemNames(const std::vector<Json>& layers, const Description& description) {
  std::vector<Json> result;
  for (const Json& layer : layers) {
    const std::vector<std::string>* names = namesOf(layer, description);
    Json made = layer;
    const bool each = made.value("each", false) && names && names->size() <= mostLayers;
    // One layer of many items has no item's name.
    for (const char* key : {"label", "title"})
      if (names && made.value("each", false) && !each && made.contains(key) &&
          made[key].dump().find(placeholder) != std::string::npos)
        made.erase(key);
    made.erase("each");
    for (const char* key : {"labels", "rows"}) {
      if (!made.contains(key) || made[key] != "items") continue;
      if (names)
        made[key] = *names;
      else
        made.erase(key);
    }
    if (!names) {
      result.push_back(std::move(made));
      continue;
    }
    for (std::size_t i = 0; i < (each ? names->size() : 1); ++i) {
      Json one = made;
      if (each) {
        setRow(one, description, i);
        if (!one.contains("color")) one["color"] = std::to_string(i);
        if (!one.contains("dash") && one["mark"] == "line") one["dash"] = i;
      }
      const auto row = resolveRow(one, *names);
      if (row && *row >= names->size()) continue;
      for (const char* key : {"label", "labels", "title"})
        if (row && one.contains(key)) replaceName(one[key], (*names)[*row]);
      result.push_back(std::move(one));
    }
  }
  return result;
}

}  // namespace learnscope
