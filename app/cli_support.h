// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/array.h"
#include "engine/core/registry.h"
#include "engine/core/run.h"
#include "engine/core/short_number.h"
#include "widgets/model/view_spec.h"

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace learnscope::cli {

/// A repeatable option that takes exactly one text each time (CLI11 would swallow the words behind it otherwise).
CLI::Option* addRepeatable(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                           const std::string& doc);

/// The subcommand of that name, or null.
CLI::App* subcommandOf(CLI::App& app, const std::string& name);

/// Takes numbers in [low, high] and, unlike CLI::Range, refuses NaN.
CLI::Validator between(double low, double high);

/// A whole number in [low, high] from `text`; throws ConfigError naming `option`.
std::int64_t parseInteger(const std::string& option, const std::string& text, std::int64_t low, std::int64_t high);
/// A seed: 0..2^63-1.
std::uint64_t parseSeed(const std::string& text);

/// Refuses a path that exists (unless `replace`), or whose folder is missing or cannot be written. Throws ConfigError.
void checkOutput(const std::string& option, const std::string& path, bool replace);
/// Refuses a path that is not a readable file. Throws ConfigError.
void checkInput(const std::string& what, const std::string& path);
/// Refuses a path that is not a folder. Throws ConfigError.
void checkFolder(const std::string& what, const std::string& path);
/// The suffix of `path` in lower case, without the dot.
std::string suffixOf(const std::string& path);

/// The words of "a,b,c".
std::vector<std::string> listed(const std::string& text);

/// "; did you mean X?" or "".
std::string didYouMean(const std::string& name, const std::vector<std::string>& known);

/// `values` with each "key=value" text of `sets` parsed by its parameter and put over it. Throws ConfigError with all
/// problems.
Json withSets(const Lab& lab, Json values, const std::vector<std::string>& sets);
/// The same for other parameters than a lab's; which there are may depend on the values set so far.
Json withSets(const std::function<std::vector<Parameter>(const Config&)>& parametersFor, Json values,
              const std::vector<std::string>& sets);
/// Opens a run file for reading, and its lab. Throws ConfigError when the lab is not part of this program.
struct OpenedRun {
  std::shared_ptr<const Lab> lab;
  std::shared_ptr<Run> run;
};
OpenedRun openForReading(const Registry& registry, const std::string& path);

/// The lab's page; an empty one for a lab without.
LabPage pageOf(const Lab& lab);

/// {"dtype", "shape", "ids", "values"}: values as nested rows.
Json arrayJson(const Array& array);
/// JSON text for a stream: UTF-8 errors replaced, never throws.
std::string dumped(const Json& json, int indent = -1);
/// "12 s", "3 min 20 s", "2 h 5 min".
std::string duration(double seconds);
/// Writes `text` wrapped at 100 columns, each line behind `indent` blanks.
void writeWrapped(std::ostream& out, std::string_view text, std::size_t indent);

}  // namespace learnscope::cli
