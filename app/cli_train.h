// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/command.h"
#include "engine/core/registry.h"
#include "engine/core/run.h"

namespace learnscope::cli {

/// One run to train: a new one (file does not exist yet) or, with `resumed`, one that was opened.
struct Job {
  Json values = Json::object();
  std::uint64_t seed = 0;
  std::int64_t steps = 0;
  std::string file;
  std::shared_ptr<Run> resumed = nullptr;
  std::vector<Command> script = {};
};

/// How the jobs of a lab are trained and what is said meanwhile.
struct TrainOptions {
  int jobs = 1;                              ///< runs that are trained at once
  double speed = 0;                          ///< steps a second; 0 = as fast as possible
  bool jsonLines = false;                    ///< log and summaries as JSON lines on stdout
  std::vector<std::string> histograms = {};  ///< array measures for the summary
};

/// Trains all jobs headless, with a progress line on a terminal. Ctrl-C (or SIGTERM, or a reader of stdout that went
/// away) stops them at the next step, writes a checkpoint and closes the files; a second one kills. After its script a
/// run goes on to its target steps, unless the script's last trainer command is `pause`. Returns the worst status: a
/// failure, else a refusal, else a divergence, else Done. Throws ConfigError for what is refused before or while
/// training.
ExitStatus train(const std::shared_ptr<const Lab>& lab, std::vector<Job> jobs, const TrainOptions& options);

}  // namespace learnscope::cli
