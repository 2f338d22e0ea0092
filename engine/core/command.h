// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/parameter.h"

namespace learnscope {

/// One entry of the vocabulary that presets, lessons, journals, sweeps, GUI tests and undo share. JSON form: an object
/// with exactly one verb as key ({"set": {"lr": 0.01}}, {"runTo": 200}, {"pause": null}); docs/commands.md lists the
/// forms.
struct Command {
  std::string verb;
  Json value;
  Json toJson() const { return Json{{verb, value}}; }
};

/// Who carries a verb out: the trainer, the session (run set, branches, analyses), or the window.
enum class CommandTarget { Trainer, Session, Window };

struct VerbDescription {
  std::string verb;
  CommandTarget target;
  std::string form;  ///< JSON form, for errors and docs
  std::string doc;
};

/// set, run, pause, step, runTo, intervene, cursor, select, camera, layout, branch, analyse, export, say, ask, pointAt,
/// wait.
const std::vector<VerbDescription>& vocabulary();
const VerbDescription* verbDescription(const std::string& verb);
/// Checks verb and form; throws ConfigError at `pointer`.
Command parseCommand(const Json& json, const std::string& pointer = "");
/// A JSON array of commands.
std::vector<Command> parseScript(const Json& json);

}  // namespace learnscope
