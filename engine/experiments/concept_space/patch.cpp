// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/patch.h"

#include <algorithm>

#include "engine/store/run_file.h"

namespace learnscope::concept_space {
namespace {

/// The newest checkpoint at or before `step`, its step and its state.
Snapshot checkpointOf(const std::string& path, std::int64_t step) {
  const Registry none;
  const std::shared_ptr<Run> run = openRunFile(path, none, OpenMode::Read);
  if (run->info().lab != "concept-space")
    throw DataError(path, "lab", "a run of concept-space expected, not of " + run->info().lab);
  const CheckpointInfo* best = nullptr;
  const std::vector<CheckpointInfo> stored = run->store()->checkpoints();
  for (const CheckpointInfo& info : stored)
    if ((step < 0 || info.step <= step) && (!best || info.step > best->step)) best = &info;
  if (!best) throw DataError(path, "", "no checkpoint at or before step " + std::to_string(step));
  return {best->step, run->info().config, run->store()->loadCheckpoint(best->step)};
}

}  // namespace

std::int64_t patchPrompts(Frozen& frozen, const Config& config, const std::string& path, std::int64_t step) {
  if (path.empty()) throw ConfigError("/snapshot", "", "the file of a run of this lab is needed");
  const Snapshot snapshot = checkpointOf(path, step);
  if (!snapshot.state.has("trainer.means") || !snapshot.state.has("trainer.promptLength"))
    throw DataError(path, "checkpoint", "a snapshot of a trained denoiser expected");
  const auto length = snapshot.state.scalar<std::int64_t>("trainer.promptLength");
  if (length != frozen.setting->promptLength)
    throw DataError(path, "checkpoint",
                    "snapshot expects prompt length " + std::to_string(length) + ", lab has " +
                        std::to_string(frozen.setting->promptLength));
  const auto means = snapshot.state.get("trainer.means").as<float>();
  if (means.size() != frozen.weights.size())
    throw DataError(path, "checkpoint",
                    "snapshot has " + std::to_string(means.size()) + " parameters, lab has " +
                        std::to_string(frozen.weights.size()));
  const std::unique_ptr<Denoiser> net = frozen.setting->makeNet();
  for (const LaneParameter& parameter : net->parameters().all())
    if (parameter.name.find("prompt") != std::string::npos)
      std::copy_n(means.begin() + parameter.offset, parameter.count, frozen.weights.begin() + parameter.offset);
  frozen.artist->use(frozen.weights.data(), samplingOf(config));
  return snapshot.step;
}

}  // namespace learnscope::concept_space
