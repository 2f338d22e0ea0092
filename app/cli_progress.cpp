// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "app/cli_support.h"

namespace learnscope::cli {
namespace {

bool saysHowWell(const std::string& measure) {
  std::string lower = measure;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower.find("loss") != std::string::npos || lower.find("accuracy") != std::string::npos;
}

std::size_t terminalColumns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

}  // namespace

std::string progressText(const Run& run, const TrainerStatus& status) {
  using Phase = TrainerStatus::Phase;
  if (status.phase == Phase::Building)
    return "building " + std::to_string(std::lround(100 * status.buildDone)) + " %  " + status.message;
  const std::int64_t first = run.info().forkStep, total = std::max<std::int64_t>(1, run.targetSteps() - first);
  std::string text = "step " + std::to_string(status.step) + "/" + std::to_string(run.targetSteps()) + "  " +
                     std::to_string(100 * (status.step - first) / total) + " %";
  if (status.phase == Phase::Waiting) text += "  " + status.message;
  if (status.stepsPerSecond > 0)
    text += "  " + shortNumber(std::round(10 * status.stepsPerSecond) / 10) + " steps/s  " +
            duration(status.secondsLeft) + " left";
  int shown = 0;
  for (const Measure& measure : run.description().measures) {
    if (measure.kind != MeasureKind::Scalar || !saysHowWell(measure.id) || run.scalars(measure.id).empty()) continue;
    text += "  " + measure.id + " " + shortNumber(run.scalars(measure.id).back().value);
    if (++shown == 3) break;
  }
  return text;
}

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO) != 0) {}

bool ProgressLine::due() const {
  return terminal_ && std::chrono::steady_clock::now() - last_ >= std::chrono::milliseconds(200);
}

void ProgressLine::draw(const std::string& text) {
  if (!terminal_) return;
  last_ = std::chrono::steady_clock::now();
  drawn_ = true;
  // One column less than there are: a full line would scroll.
  std::cerr << "\r\033[K" << text.substr(0, terminalColumns() - 1) << std::flush;
}

void ProgressLine::clear() {
  if (!drawn_) return;
  drawn_ = false;
  std::cerr << "\r\033[K" << std::flush;
}

}  // namespace learnscope::cli
