// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/app.h"
#include "app/cli.h"
#include "app/cli_support.h"

namespace learnscope::cli {

void addSplatViewCommand(CLI::App& app, int argc, char** argv, Action& action) {
  CLI::App* group = subcommandOf(app, "splats");
  if (!group) return;
  group->description("Look at Gaussian-splat files, draw, convert and compare them; without a command: view");
  group->require_subcommand(0, 1);
  auto file = std::make_shared<std::string>();
  const auto view = [&action, argc, argv, file] {
    action = [argc, argv, file] {
      if (!file->empty() && !std::filesystem::is_directory(*file)) checkInput("file", *file);
      return static_cast<ExitStatus>(runSplatWindow(argc, argv, *file));
    };
  };
  group->add_option("file", *file, "A file to look at, or a folder of states")->type_name("FILE");
  CLI::App* command =
      group->add_subcommand("view", "Look at a Gaussian-splat file in a window; needs no graphics card");
  command->add_option("file", *file, "The splat file, or a folder of states; without one the window waits for it")
      ->type_name("FILE");
  command->callback(view);
  group->callback([group, view] {
    if (group->get_subcommands().empty()) view();
  });
}

}  // namespace learnscope::cli
