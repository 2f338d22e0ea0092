// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "engine/core/registry.h"

namespace CLI {
class App;
}

namespace learnscope::cli {

/// What the chosen subcommand does, once the whole command line has been parsed.
using Action = std::function<ExitStatus()>;

// Each adds its subcommands to `app`; the one the user chose fills `action`. `registry` and `action` outlive the
// parsing.
void addLabCommands(CLI::App& app, const Registry& registry, Action& action);    // labs, describe
void addTrainCommands(CLI::App& app, const Registry& registry, Action& action);  // run, resume
void addFileCommands(CLI::App& app, const Registry& registry, Action& action);   // info, analyse, export
void addRenderCommand(CLI::App& app, const Registry& registry, Action& action);  // render
void addVideoCommand(CLI::App& app, const Registry& registry, Action& action);   // video
void addToolCommands(CLI::App& app, const Registry& registry, Action& action);   // one a tool
/// splats view, and splats FILE; behind addToolCommands, where there are splat tools.
void addSplatViewCommand(CLI::App& app, int argc, char** argv, Action& action);

}  // namespace learnscope::cli
