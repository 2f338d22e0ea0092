// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/journal_script.h"

#include <algorithm>

namespace learnscope {

Json scriptOf(std::span<const Run* const> lineage) {
  const RunInfo& root = lineage.front()->info();
  if (!root.parent.empty())
    throw ConfigError("", root.id,
                      "the script of a branch begins with its parent's, run " + root.parent + ", which is not there");
  Json commands = Json::array();
  std::int64_t reached = 0;
  const auto trainTo = [&](std::int64_t step) {
    if (step > reached) commands.push_back({{"runTo", step}});
    reached = step;
  };
  for (std::size_t i = 0; i < lineage.size(); ++i) {
    const RunInfo& info = lineage[i]->info();
    if (i > 0) {
      trainTo(info.forkStep);
      commands.push_back({{"branch", {{"step", info.forkStep}, {"set", info.difference}}}});
    }
    // What was done to a parent at or after the fork is not the branch's past.
    const bool last = i + 1 == lineage.size();
    for (const JournalEntry& entry : lineage[i]->journal()) {
      if (!last && entry.step >= lineage[i + 1]->info().forkStep) break;
      trainTo(entry.step);
      commands.push_back(entry.command);
    }
  }
  return {{"lab", root.lab},
          {"config", root.config.json()},
          {"seed", root.seed},
          {"steps", std::max(lineage.back()->lastStep(), std::int64_t{1})},
          {"commands", commands}};
}

}  // namespace learnscope
