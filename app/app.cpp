// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "app/cli.h"

namespace learnscope {
namespace {

int code(ExitStatus status) { return static_cast<int>(status); }

int refuse(const std::string& text) {
  std::cerr << "learnscope: " << text << '\n';
  return code(ExitStatus::Refused);
}

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = nearestName(word, known);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

/// The deepest subcommand that was given.
const CLI::App& chosen(const CLI::App& app) {
  const CLI::App* deepest = &app;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  return *deepest;
}

std::vector<std::string> optionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// An unknown flag or one word too many, said with its nearest neighbour.
std::string extrasText(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  if (extras.empty()) return "an argument was not expected";
  const std::string word = extras.front().substr(0, extras.front().find('='));
  if (word.starts_with("-")) return "unknown option " + word + suggestion(word, optionNames(chosen(app)));
  return "unexpected argument '" + word + "'";
}

/// Refuses a positional that is neither a lab nor a file before any window opens; returns the text, or "".
std::string unknownTarget(const Registry& registry, const CLI::App& app, const std::string& target) {
  std::error_code ignored;
  if (target.empty() || registry.find(target) || std::filesystem::is_regular_file(target, ignored)) return {};
  if (target.ends_with(".lscope")) return target + ": no such run file";
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands(nullptr)) known.push_back(command->get_name());
  for (const auto& lab : registry.labs()) known.push_back(lab->describe().id);
  return "no command, lab or run file is called '" + target + "'" + suggestion(target, known);
}

/// Every parse error is refused input (2); help and version end with 0.
int parseFailure(const Registry& registry, const CLI::App& app, const std::string& target,
                 const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);
  if (const std::string text = unknownTarget(registry, app, target); !text.empty()) return refuse(text);
  const bool extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const CLI::App& where = chosen(app);
  std::string command;
  for (const CLI::App* part = &where; part->get_parent(); part = part->get_parent())
    command = " " + part->get_name() + command;
  const std::string help = "learnscope" + command + " --help";
  return refuse((extras ? extrasText(app) : std::string(error.what())) + "\n'" + help + "' lists what is allowed");
}

int perform(const cli::Action& action) {
  try {
    return code(action());
  } catch (const Error& error) {
    std::cerr << "learnscope: " << error.what() << '\n';
    return code(error.exitStatus());
  } catch (const std::bad_alloc&) {
    std::cerr << "learnscope: not enough memory\n";
  } catch (const std::exception& error) {
    std::cerr << "learnscope: " << error.what() << '\n';
  }
  return code(ExitStatus::Failed);
}

}  // namespace

int runApplication(const Registry& registry, int argc, char** argv) {
  CLI::App app{"Learnscope looks at how networks learn. Without a command it opens the window.", "learnscope"};
  app.set_version_flag("--version", "learnscope " LEARNSCOPE_VERSION, "Print the version and exit");
  app.get_formatter()->column_width(34);
  app.require_subcommand(0, 1);
  app.fallthrough(false);
  app.footer("Exit status: 0 done, 1 failed while running, 2 refused input, 3 diverged (the run is kept).");
  std::string target;
  app.add_option("target", target, "A lab's id or a .lscope run file to open in the window")->type_name("LAB|FILE");

  cli::Action action;
  cli::addLabCommands(app, registry, action);
  cli::addTrainCommands(app, registry, action);
  cli::addFileCommands(app, registry, action);
  cli::addRenderCommand(app, registry, action);
  cli::addVideoCommand(app, registry, action);
  cli::addToolCommands(app, registry, action);
  cli::addSplatViewCommand(app, argc, argv, action);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parseFailure(registry, app, target, error);
  }
  if (!action) {
    if (const std::string text = unknownTarget(registry, app, target); !text.empty()) return refuse(text);
    action = [&] { return static_cast<ExitStatus>(runWindow(registry, argc, argv, target)); };
  }
  return perform(action);
}

}  // namespace learnscope
