// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/config.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace learnscope {
namespace {

constexpr std::size_t jsonLimit = 16U << 20U;
constexpr int depthLimit = 64;

void flattenInto(const Json& values, const std::string& prefix, Json& flat) {
  for (const auto& [key, value] : values.items()) {
    if (value.is_object())
      flattenInto(value, prefix + key + ".", flat);
    else
      flat[prefix + key] = value;
  }
}

// A cheap scan before parsing, so that a hostile text of brackets cannot exhaust the stack.
void checkDepth(std::string_view text, const std::string& name) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > depthLimit)
        throw DataError(name, "byte " + std::to_string(i),
                        "JSON nested at most " + std::to_string(depthLimit) + " deep");
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

std::string placeOf(std::string_view text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  const auto line = 1 + std::count(text.begin(), end, '\n');
  const auto lineStart = std::find(std::make_reverse_iterator(end), text.rend(), '\n').base();
  return "line " + std::to_string(line) + ", column " + std::to_string(end - lineStart);
}

}  // namespace

const Json& Config::operator[](const std::string& id) const {
  const auto found = values_.find(id);
  if (found == values_.end()) throw ConfigError("/" + id, "", "parameter expected, but missing");
  return *found;
}

bool Config::satisfies(const Json& condition) const {
  if (!condition.is_object()) return true;
  for (const auto& [id, wanted] : condition.items()) {
    const auto found = values_.find(id);
    if (found == values_.end()) return false;
    const bool holds =
        wanted.is_array() ? std::find(wanted.begin(), wanted.end(), *found) != wanted.end() : wanted == *found;
    if (!holds) return false;
  }
  return true;
}

Json Config::difference(const Config& base) const {
  Json changed = Json::object();
  for (const auto& [id, value] : values_.items())
    if (!base.has(id) || base[id] != value) changed[id] = value;
  return changed;
}

Json flattened(const Json& values) {
  Json flat = Json::object();
  if (values.is_object()) flattenInto(values, "", flat);
  return flat;
}

Config resolved(std::span<const Parameter> parameters, const Json& values, std::vector<Problem>& problems) {
  Config config;
  std::vector<std::string> known;
  for (const Parameter& parameter : parameters) {
    config.set(parameter.id, parameter.fallback);
    known.push_back(parameter.id);
  }
  if (!values.is_object() && !values.is_null()) problems.push_back({"", values.dump(), "must be an object"});
  const Json flat = flattened(values);
  for (const auto& [id, value] : flat.items()) {
    const auto parameter =
        std::find_if(parameters.begin(), parameters.end(), [&id = id](const Parameter& p) { return p.id == id; });
    if (parameter == parameters.end()) {
      const std::string nearest = nearestName(id, known);
      problems.push_back(
          {"/" + id, "", "unknown parameter" + (nearest.empty() ? "" : "; did you mean " + nearest + "?")});
    } else if (auto problem = parameter->check(value)) {
      problems.push_back(std::move(*problem));
    } else {
      config.set(id, value);
    }
  }
  return config;
}

Json parseJson(std::string_view text, const std::string& name) {
  if (text.size() > jsonLimit) throw DataError(name, std::to_string(text.size()) + " bytes", "JSON of at most 16 MB");
  checkDepth(text, name);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const char* reason = std::strstr(error.what(), "syntax error");
    throw DataError(name, placeOf(text, error.byte), std::string("JSON expected: ") + (reason ? reason : error.what()));
  } catch (const Json::exception& error) {
    throw DataError(name, "", std::string("JSON expected: ") + error.what());
  }
}

std::string readFile(const std::string& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(path, "cannot be opened for reading");
  std::string text;
  char block[1 << 16];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > limit) throw DataError(path, "", "file of at most " + std::to_string(limit) + " bytes expected");
  }
  if (file.bad()) throw IoError(path, "reading failed");
  return text;
}

}  // namespace learnscope
