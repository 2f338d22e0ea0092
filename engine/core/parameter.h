// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/errors.h"

namespace learnscope {

using Json = nlohmann::json;

enum class ParameterType { Bool, Int, Real, Choice, Text, List, File, Folder, Matrix, Table, Subset };
std::string_view typeName(ParameterType type);

struct Choice {
  std::string id;
  std::string title;
};

/// One typed, bounded, documented input of an experiment. Panel, flags, JSON validation, tooltips and docs come from
/// it.
///
/// JSON forms of values: Bool true/false; Int 64-bit integer; Real number; Choice, Text, File, Folder string; List
/// array of numbers; Matrix array of equal rows of numbers; Table array of objects; Subset array of choice ids.
struct Parameter {
  std::string id;     ///< camelCase, grouped with a dot
  std::string title;  ///< sentence case, shown in the panel
  ParameterType type = ParameterType::Real;
  Json fallback;    ///< the default
  std::string doc;  ///< meaning and source, one or two sentences
  std::string group = LS_TR("General");
  std::string unit = {};
  double minimum = -std::numeric_limits<double>::infinity();  ///< Int, Real, elements of List and Matrix
  double maximum = std::numeric_limits<double>::infinity();
  bool logarithmic = false;          ///< the slider's scale
  std::vector<Choice> choices = {};  ///< Choice, Subset; a Choice with `open` also takes other texts
  bool open = false;
  bool live = false;    ///< may change while training
  Json visibleIf = {};  ///< object: every {other parameter: value or list of values} must hold

  /// Parses a command-line text ("1e-3", "true", "[1,2]") into the JSON form; throws ConfigError.
  Json parse(const std::string& text) const;
  /// What is wrong with `value`, or nothing.
  std::optional<Problem> check(const Json& value) const;
  /// "real in [0, 1]", "one of adam, adamw, sgd": said in errors, help and tooltips.
  std::string allowed() const;
  Json toJson() const;
};

}  // namespace learnscope
