// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>

namespace learnscope::cli {

/// While it lives the first Ctrl-C or SIGTERM only asks to stop, the second one kills as usual; a reader of stdout that
/// went away and a limit on file sizes are errors of the write, not the end of the program.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  static bool asked();

 private:
  struct sigaction interrupt_ {
  }, terminate_{}, pipe_{}, size_{};
};

}  // namespace learnscope::cli
