// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/core/trainer.h"

namespace learnscope::cli {

/// The status of a run on one line: step, share, rate, time left, last losses and accuracies.
std::string progressText(const Run& run, const TrainerStatus& status);

/// A line at the foot of a terminal that is drawn over itself; silent when stderr is not a terminal.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// True if it is time to draw again (five times a second).
  bool due() const;
  void draw(const std::string& text);
  /// Wipes the line, so that other text can be written.
  void clear();

 private:
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace learnscope::cli
