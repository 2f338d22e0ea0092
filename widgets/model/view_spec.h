// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "engine/core/config.h"
#include "engine/core/description.h"

namespace learnscope {

/// One view of a lab's page (resources/labs/<id>.json) or of a user's layout.
///
///   {"id": "accuracy", "title": "Accuracy", "kind": "lines" | "bars" | "heatmap" | "scatter" | "images" | "table" |
///   "text" | "scene",
///    "area": "centre" | "right", "doc": "…", "runs": "current" | "shown" | "parent", "when": {config condition},
///    "x": {"title": …, "scale": "linear"|"log"|"symlog", "range": [a, b], "source": "step"|"wallTime"|"epoch"}, "y":
///    {…}, "z": {…}, "layers": [{"mark": …, encodings…, "label": …, "color": …, "when": {…}}], kind-specific options}
///
/// A binding to data is {"measure": id, "column": i | "row": i, "scale": [in0, in1, out0, out1], "transform":
/// "log"|"abs"|"sqrt", "analysis": id, "arguments": {…}} or a measure id alone, or a number. A colour is a key of
/// Theme::color ("train", "test") or
/// {"measure": …, "map": "sequential"|"diverging"|"category"|"cyclic", "range": [a, b], "title": …}.
struct ViewSpec {
  std::string id;
  QString title;
  QString kind;
  QString area;
  QString doc;
  Json json;  ///< the whole object, for what the kind reads itself

  static ViewSpec parse(const Json& json);
  /// The layers whose `when` holds for `config`.
  std::vector<Json> layers(const Config& config) const;
  /// The same as they are drawn for measures whose items have names.
  std::vector<Json> layers(const Config& config, const Description& description) const;
};

/// One preset of a page: {"id", "title", "doc", "speed", "steps", "runs": [{"set": {…}, "seeds": [0]}], "layout",
/// "commands": […]}.
struct PresetRun {
  Json set = Json::object();
  std::vector<std::uint64_t> seeds{0};
};
struct Preset {
  std::string id;
  QString title;
  QString doc;
  double speed = 0;
  std::int64_t steps = 0;  ///< 0: the lab's default
  std::vector<PresetRun> runs;
  Json commands = Json::array();
};

/// A lab's page, parsed and checked; throws ConfigError naming the place.
struct LabPage {
  double speed = 0;  ///< steps a second of a live run that a person can follow
  std::vector<Preset> presets;
  std::vector<ViewSpec> views;
  Json card = Json::object();

  static LabPage parse(std::string_view text, const std::string& name);
  const Preset* preset(const std::string& id) const;
  const ViewSpec* view(const std::string& id) const;
};

}  // namespace learnscope
