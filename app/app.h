// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/registry.h"

namespace learnscope {

/// The whole program: parses the command line before any Q*Application, then runs a subcommand or opens the window. Tests call
/// it with a registry of their own. Returns the exit status.
int runApplication(const Registry& registry, int argc, char** argv);

/// Opens the window (a lab if `lab` is not empty, or a run file) and runs the event loop.
int runWindow(const Registry& registry, int argc, char** argv, const std::string& labOrFile);

}  // namespace learnscope
