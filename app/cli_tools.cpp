// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
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
  checkInput(description.input, arguments.text(description.input));
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

}  // namespace

void addToolCommands(CLI::App& app, const Registry& registry, Action& action) {
  for (const std::shared_ptr<const Tool>& tool : registry.tools()) {
    const ToolDescription description = tool->describe();
    CLI::App* command = app.add_subcommand(description.id, description.summary);
    auto options = std::make_shared<ToolOptions>();
    for (const Parameter& parameter : description.parameters) {
      const bool input = parameter.id == description.input;
      CLI::Option* option =
          command->add_option(input ? parameter.id : "--" + parameter.id, options->texts[parameter.id],
                              parameter.doc + " (" + parameter.allowed() + ")");
      if (input) option->required();
      option->type_name(parameter.type == ParameterType::File ? "FILE" : "VALUE");
    }
    command->add_flag("--json", options->json, "Print JSON");
    command->add_flag("--force", options->force, "Replace an existing file");
    command->callback([&action, tool, options] { action = [tool, options] { return runTool(*tool, *options); }; });
  }
}

}  // namespace learnscope::cli
