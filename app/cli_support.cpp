// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_support.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "engine/store/run_file.h"

namespace learnscope::cli {

CLI::Option* addRepeatable(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                           const std::string& doc) {
  return app.add_option(name, values, doc)
      ->type_size(1)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

CLI::App* subcommandOf(CLI::App& app, const std::string& name) {
  const std::vector<CLI::App*> found =
      app.get_subcommands([&](const CLI::App* sub) { return sub->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

CLI::Validator between(double low, double high) {
  const std::string allowed = "must be a number in [" + shortNumber(low) + ", " + shortNumber(high) + "]";
  return CLI::Validator(
      [low, high, allowed](std::string& text) {
        double value = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        return error == std::errc() && stop == end && value >= low && value <= high ? std::string()
                                                                                    : text + " " + allowed;
      },
      "");
}

std::int64_t parseInteger(const std::string& option, const std::string& text, std::int64_t low, std::int64_t high) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < low || value > high)
    throw ConfigError(option, text,
                      "must be an integer in [" + std::to_string(low) + ", " + std::to_string(high) + "]");
  return value;
}

std::uint64_t parseSeed(const std::string& text) {
  return static_cast<std::uint64_t>(parseInteger("--seed", text, 0, INT64_MAX));
}

void checkOutput(const std::string& option, const std::string& path, bool replace) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status)) throw ConfigError(option, path, "is a folder; name a file in it");
  if (fs::exists(status) && !replace)
    throw ConfigError(option, path, "already exists and is not overwritten; choose another name");
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, ignored)) throw ConfigError(option, path, "there is no folder " + folder.string());
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw ConfigError(option, path, "the folder " + folder.string() + " cannot be written");
}

void checkInput(const std::string& what, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw ConfigError(what, path, "no such file");
  if (!fs::is_regular_file(path, ignored)) throw ConfigError(what, path, "is not a file");
  if (access(path.c_str(), R_OK) != 0) throw ConfigError(what, path, "cannot be read");
}

void checkFolder(const std::string& what, const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw ConfigError(what, path, "no such folder");
  if (!std::filesystem::is_directory(path, ignored)) throw ConfigError(what, path, "is not a folder");
}

std::string suffixOf(const std::string& path) {
  std::string suffix = std::filesystem::path(path).extension().string();
  if (!suffix.empty()) suffix.erase(0, 1);
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](unsigned char c) { return std::tolower(c); });
  return suffix;
}

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> words;
  std::stringstream list(text);
  for (std::string word; std::getline(list, word, ',');) words.push_back(word);
  return words;
}

std::string didYouMean(const std::string& name, const std::vector<std::string>& known) {
  const std::string nearest = nearestName(name, known);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

Json withSets(const Lab& lab, Json values, const std::vector<std::string>& sets) {
  return withSets([&lab](const Config& config) { return lab.describe(config).parameters; }, std::move(values), sets);
}

Json withSets(const std::function<std::vector<Parameter>(const Config&)>& parametersFor, Json values,
              const std::vector<std::string>& sets) {
  std::vector<Problem> problems;
  values = flattened(values);
  for (const std::string& text : sets) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      problems.push_back({"--set", text, "must have the form parameter=value"});
      continue;
    }
    const std::string id = text.substr(0, equals);
    const std::vector<Parameter> parameters = parametersFor(Config(values));
    const auto parameter =
        std::find_if(parameters.begin(), parameters.end(), [&id](const Parameter& each) { return each.id == id; });
    if (parameter == parameters.end()) {
      std::vector<std::string> known;
      for (const Parameter& each : parameters) known.push_back(each.id);
      problems.push_back({"/" + id, "", "unknown parameter" + didYouMean(id, known)});
      continue;
    }
    try {
      values[id] = parameter->parse(text.substr(equals + 1));
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return values;
}

OpenedRun openForReading(const Registry& registry, const std::string& path) {
  checkInput("run file", path);
  OpenedRun opened;
  opened.run = openRunFile(path, registry, OpenMode::Read);
  opened.lab = registry.require(opened.run->info().lab);
  return opened;
}

LabPage pageOf(const Lab& lab) {
  const std::string_view text = lab.page();
  return text.empty() ? LabPage() : LabPage::parse(text, lab.describe().id);
}

namespace {

Json number(const Array& array, std::size_t i) {
  if (array.dtype() == DType::Float32 || array.dtype() == DType::Float64) return array.value(i);
  if (array.dtype() == DType::Int64) return array.as<std::int64_t>()[i];
  return static_cast<std::int64_t>(array.value(i));
}

Json nestedValues(const Array& array, std::size_t axis, std::size_t& next) {
  if (axis == array.shape().size()) return number(array, next++);
  Json rows = Json::array();
  for (std::int64_t i = 0; i < array.shape()[axis]; ++i) rows.push_back(nestedValues(array, axis + 1, next));
  return rows;
}

}  // namespace

Json arrayJson(const Array& array) {
  std::size_t next = 0;
  Json json = {{"dtype", numpyName(array.dtype())}, {"shape", array.shape()}};
  if (!array.ids().empty()) json["ids"] = array.ids();
  json["values"] = nestedValues(array, 0, next);
  return json;
}

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "?";
  const auto whole = static_cast<std::int64_t>(std::llround(std::min(seconds, 1e12)));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

void writeWrapped(std::ostream& out, std::string_view text, std::size_t indent) {
  constexpr std::size_t columns = 100;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    if (!word.empty()) {
      if (used > 0 && used + 1 + word.size() > columns) {
        out << '\n';
        used = 0;
      }
      out << (used == 0 ? std::string(indent, ' ') : " ") << word;
      used += (used == 0 ? indent : 1) + word.size();
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out << '\n';
}

}  // namespace learnscope::cli
