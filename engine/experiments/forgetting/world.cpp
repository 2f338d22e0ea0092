// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/world.h"

#include "engine/experiments/forgetting/setting.h"

namespace learnscope::forgetting {

std::shared_ptr<const TaskStream> makeStream(const Config& config, std::uint64_t seed, const Progress& progress) {
  return std::make_shared<const TaskStream>(makeTaskStream(streamOptionsOf(config), seed, progress));
}

continual::Learner makeLearner(const Config& config, std::shared_ptr<const TaskStream> stream, std::uint64_t seed) {
  const continual::ReplayMemory memory(memoryPolicyOf(config), static_cast<int>(config.integer("memory")),
                                       stream->classes);
  return {std::move(stream),
          streamOptionsOf(config).scenario,
          architectureOf(config),
          scheduleOf(config, seed),
          methodOptionsOf(config),
          trainingOptionsOf(config),
          memory,
          seed};
}

}  // namespace learnscope::forgetting
