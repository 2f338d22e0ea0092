// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/core/registry.h"

namespace learnscope {

/// The whole program: parses the command line before any Q*Application, then runs a subcommand or opens the window.
/// Tests call it with a registry of their own. Output goes to std::cout (what was asked for) and std::cerr (progress,
/// notes, errors). Returns the exit status.
int runApplication(const Registry& registry, int argc, char** argv);

/// Opens the window (a lab if `labOrFile` is its id, or a run file; the gallery if empty) and runs the event loop.
int runWindow(const Registry& registry, int argc, char** argv, const std::string& labOrFile);

/// Opens the splat viewer (empty without a file) and runs the event loop.
int runSplatWindow(int argc, char** argv, const std::string& file);

}  // namespace learnscope
