// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/lab.h"

namespace learnscope {

/// What windows and command line need of a tool.
struct ToolDescription {
  std::string id;       ///< kebab-case; the subcommand. "splats info" is the subcommand info of the group splats
  std::string title;    ///< sentence case; the menu item
  std::string summary;  ///< one line
  std::vector<Parameter> parameters;
  std::vector<std::string> inputs;  ///< the File parameters that are given first, in this order and without a flag
  std::string output = {};  ///< the File parameter that is written, if any; existing files are replaced only when asked
};

/// A stand-alone job: parameters in, files out.
class Tool {
 public:
  virtual ~Tool() = default;
  virtual ToolDescription describe() const = 0;
  /// Does the job with checked and completed arguments; returns a summary (an object of plain values and tables of
  /// objects). Throws ConfigError, DataError, IoError, Cancelled; a file is written whole or not at all.
  virtual Json run(const Config& arguments, const Progress& progress) const = 0;
};

}  // namespace learnscope
