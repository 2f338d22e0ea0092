// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>

#include "app/cli.h"
#include "app/cli_progress.h"
#include "app/cli_support.h"

namespace learnscope::cli {
namespace {

struct ToolOptions {
  std::map<std::string, std::string> texts;  // by parameter
  bool json = false, force = false;
};

Config argumentsOf(const ToolDescription& tool, const ToolOptions& options) {
  std::vector<Problem> problems;
  Json values = Json::object();
  for (const Parameter& parameter : tool.parameters) {
    const auto given = options.texts.find(parameter.id);
    if (given == options.texts.end() || given->second.empty()) continue;
    try {
      values[parameter.id] = parameter.parse(given->second);
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
  Config config = resolved(tool.parameters, values, problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return config;
}

void writeSummary(const Json& summary) {
  for (const auto& [key, value] : summary.items()) {
    if (value.is_array() && value.empty()) continue;
    if (!value.is_array()) {
      std::cout << key << "  " << (value.is_string() ? value.get<std::string>() : dumped(value)) << '\n';
      continue;
    }
    std::cout << key << '\n';
    for (const Json& row : value) {
      std::cout << ' ';
      for (const auto& [name, cell] : row.items())
        std::cout << ' ' << name << ' '
                  << (cell.is_string() ? cell.get<std::string>()
                                       : (cell.is_number_float() ? shortNumber(cell.get<double>()) : dumped(cell)));
      std::cout << '\n';
    }
  }
}

ExitStatus runTool(const Tool& tool, const ToolOptions& options) {
  const ToolDescription description = tool.describe();
  const Config arguments = argumentsOf(description, options);
  for (const std::string& input : description.inputs)
    for (const Parameter& parameter : description.parameters) {
      if (parameter.id != input) continue;
      const auto check = parameter.type == ParameterType::Folder ? checkFolder : checkInput;
      check(input, arguments.text(input));
    }
  for (const Parameter& parameter : description.parameters)
    if (parameter.type == ParameterType::File && parameter.id != description.output &&
        !arguments.text(parameter.id).empty())
      checkInput("--" + parameter.id, arguments.text(parameter.id));
  if (!description.output.empty())
    if (const std::string out = arguments.text(description.output); !out.empty())
      checkOutput("--" + description.output, out, options.force);
  ProgressLine line;
  const Progress progress({}, [&line](double done, std::string_view what) {
    if (line.due()) line.draw(std::string(what) + " " + std::to_string(static_cast<int>(100 * done)) + " %");
  });
  const Json summary = tool.run(arguments, progress);
  line.clear();
  if (options.json)
    std::cout << dumped(summary, 2) << '\n';
  else
    writeSummary(summary);
  return ExitStatus::Done;
}

/// The App that a tool's last word is a subcommand of: groups are made as they are met.
CLI::App* groupOf(CLI::App& app, const std::string& id, std::string& name) {
  CLI::App* group = &app;
  std::size_t at = 0;
  for (std::size_t blank = id.find(' '); blank != std::string::npos; at = blank + 1, blank = id.find(' ', at)) {
    const std::string word = id.substr(at, blank - at);
    CLI::App* known = subcommandOf(*group, word);
    if (!known) {
      known = group->add_subcommand(word, "");
      known->require_subcommand(1);
    }
    group = known;
  }
  name = id.substr(at);
  return group;
}

/// What a group is for: the names of its subcommands.
void describeGroups(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands(nullptr)) {
    if (!command->get_description().empty()) continue;
    std::string names;
    for (const CLI::App* sub : command->get_subcommands(nullptr))
      names += (names.empty() ? "" : ", ") + sub->get_name();
    command->description("Tools: " + names);
  }
}

void addOptions(CLI::App& command, const ToolDescription& description, ToolOptions& options) {
  for (const std::string& input : description.inputs)
    for (const Parameter& parameter : description.parameters)
      if (parameter.id == input)
        command.add_option(input, options.texts[input], parameter.doc)
            ->required()
            ->type_name(parameter.type == ParameterType::Folder ? "FOLDER" : "FILE");
  for (const Parameter& parameter : description.parameters) {
    if (std::find(description.inputs.begin(), description.inputs.end(), parameter.id) != description.inputs.end())
      continue;
    command
        .add_option("--" + parameter.id, options.texts[parameter.id], parameter.doc + " (" + parameter.allowed() + ")")
        ->type_name(parameter.type == ParameterType::File ? "FILE" : "VALUE");
  }
  command.add_flag("--json", options.json, "Print JSON");
  if (!description.output.empty()) command.add_flag("--force", options.force, "Replace an existing file");
}

}  // namespace

void addToolCommands(CLI::App& app, const Registry& registry, Action& action) {
  for (const std::shared_ptr<const Tool>& tool : registry.tools()) {
    const ToolDescription description = tool->describe();
    std::string name;
    CLI::App* command = groupOf(app, description.id, name)->add_subcommand(name, description.summary);
    auto options = std::make_shared<ToolOptions>();
    addOptions(*command, description, *options);
    command->callback([&action, tool, options] { action = [tool, options] { return runTool(*tool, *options); }; });
  }
  describeGroups(app);
}

}  // namespace learnscope::cli
