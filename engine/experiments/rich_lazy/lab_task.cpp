// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/lab_task.h"

#include "engine/experiments/rich_lazy/world.h"
#include "engine/measures/tangent_kernel.h"

namespace learnscope::richlazy {

LabTask::LabTask(const Config& config, std::uint64_t seed, int glyphs) {
  if (config.text("task") != "digits") {
    trials_.emplace(trialOptionsOf(config));
    return;
  }
  const std::string images = config.text("idxImages"), labels = config.text("idxLabels");
  if (images.empty() != labels.empty())
    throw ConfigError(images.empty() ? "/idxImages" : "/idxLabels", "", "both files, or none for the built-in digits");
  digits_ = images.empty() ? std::make_shared<const DigitSequences>(seed, glyphs)
                           : std::make_shared<const DigitSequences>(images, labels);
}

std::int64_t kernelRows(const LabTask& task, int kernelTrials) {
  return TangentKernel::rows(kernelTrials, task.steps(), task.outputs(), task.lastOnly());
}

}  // namespace learnscope::richlazy
