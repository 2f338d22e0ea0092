// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/core/parameter.h"

namespace learnscope {

/// The values of an experiment's parameters: a flat JSON object from parameter id to value. The seed is part of the
/// run, not of the config.
class Config {
 public:
  Config() = default;
  explicit Config(Json values) : values_(std::move(values)) {}

  bool has(const std::string& id) const { return values_.contains(id); }
  const Json& operator[](const std::string& id) const;
  bool flag(const std::string& id) const { return (*this)[id].get<bool>(); }
  std::int64_t integer(const std::string& id) const { return (*this)[id].get<std::int64_t>(); }
  double real(const std::string& id) const { return (*this)[id].get<double>(); }
  std::string text(const std::string& id) const { return (*this)[id].get<std::string>(); }
  void set(const std::string& id, Json value) { values_[id] = std::move(value); }
  const Json& json() const { return values_; }
  bool operator==(const Config&) const = default;

  /// True if `condition` (as Parameter::visibleIf) holds for these values.
  bool satisfies(const Json& condition) const;
  /// Only the entries that differ from `base`.
  Json difference(const Config& base) const;

 private:
  Json values_ = Json::object();
};

/// Accepts nested objects ({"data": {"noise": 1}}) or dotted keys; returns the flat form.
Json flattened(const Json& values);

/// Defaults of `parameters` overridden by `values`; every problem (unknown key with its nearest neighbour, wrong type,
/// out of range) is appended to `problems`.
Config resolved(std::span<const Parameter> parameters, const Json& values, std::vector<Problem>& problems);

/// Parses JSON text with the house's limits (16 MB, depth 64, no NaN); `name` is said in errors. Throws DataError.
Json parseJson(std::string_view text, const std::string& name);
/// Reads a whole file with a size limit. Throws IoError or DataError.
std::string readFile(const std::string& path, std::size_t limit);

}  // namespace learnscope
