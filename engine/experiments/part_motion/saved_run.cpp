// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/saved_run.h"

#include "engine/experiments/part_motion/part_motion_lab.h"
#include "engine/store/run_file.h"

namespace learnscope::partmotion {

SavedRun openSavedRun(const std::string& path, std::int64_t step, const Progress& progress) {
  const std::shared_ptr<const Lab> lab = makeLab();
  Registry registry;
  registry.add(lab);
  SavedRun saved;
  saved.run = openRunFile(path, registry, OpenMode::Read);
  if (saved.run->info().lab != "part-motion")
    throw ConfigError("/run", saved.run->info().lab, "a run of the lab part-motion");
  const std::int64_t first = saved.run->info().forkStep, last = saved.run->lastStep();
  if (step >= 0 && (step < first || step > last))
    throw ConfigError("/step", std::to_string(step),
                      std::to_string(first) + ".." + std::to_string(last) + ", the steps of this run");
  saved.at = stateAt(lab, *saved.run, step < 0 ? last : step, progress);
  return saved;
}

Parameter runParameter() {
  return {.id = "run",
          .title = LS_TR("Run"),
          .type = ParameterType::File,
          .fallback = "",
          .doc = LS_TR("A run file of the part-motion lab.")};
}

Parameter stepParameter() {
  return {.id = "step",
          .title = LS_TR("Step"),
          .type = ParameterType::Int,
          .fallback = -1,
          .doc = LS_TR("Of the run; -1: the last."),
          .minimum = -1};
}

}  // namespace learnscope::partmotion
