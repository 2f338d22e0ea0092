// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/experiments/rich_lazy/ensemble.h"
#include "engine/experiments/rich_lazy/net_stack.h"

namespace learnscope::richlazy {

State Ensemble::save() const {
  State state;
  const int n = members_.front().net.hidden;
  const auto member = [this](int m) -> const Member& { return members_[static_cast<std::size_t>(m)]; };
  putNets(state, "net.", members(), n, [&](int m) -> const TrialRnnWeights& { return member(m).net; });
  putNets(state, "reference.", members(), n, [&](int m) -> const TrialRnnWeights& { return member(m).reference; });
  putNets(state, "momentum.", members(), n, [&](int m) -> const TrialRnnWeights& { return member(m).momentum; });
  std::vector<float> initial;
  for (const Member& each : members_) initial.insert(initial.end(), each.initial.begin(), each.initial.end());
  state.put("initial", Array::from<float>(initial, {members(), n, n}));
  std::vector<std::int64_t> positions;
  for (const RandomStream& stream : trials_) positions.push_back(static_cast<std::int64_t>(stream.position()));
  state.put("positions", Array::vector<std::int64_t>(positions));
  // Digits have no stimuli of their own: their kind is -1.
  TrialOptions probe;
  if (probeTask_.options()) probe = *probeTask_.options();
  const std::vector<std::int64_t> counters{
      steps_,         referenceVersion_,
      probeDraws_,    probeTask_.digits() ? -1 : static_cast<std::int64_t>(probe.kind),
      probe.stimulus, probe.delay,
      probe.decision};
  state.put("counters", Array::vector<std::int64_t>(counters));
  std::vector<double> stimuli{probe.noise};
  stimuli.insert(stimuli.end(), probe.coherences.begin(), probe.coherences.end());
  state.put("stimuli", Array::vector<double>(stimuli));
  return state;
}

void Ensemble::load(const State& state) {
  const auto member = [this](int m) -> Member& { return members_[static_cast<std::size_t>(m)]; };
  getNets(state, "net.", members(), [&](int m) -> TrialRnnWeights& { return member(m).net; });
  getNets(state, "reference.", members(), [&](int m) -> TrialRnnWeights& { return member(m).reference; });
  getNets(state, "momentum.", members(), [&](int m) -> TrialRnnWeights& { return member(m).momentum; });
  const auto initial = state.get("initial").as<float>();
  const auto positions = state.get("positions").as<std::int64_t>();
  const auto counters = state.get("counters").as<std::int64_t>();
  const auto stimuli = state.get("stimuli").as<double>();
  const std::size_t size = members_.front().initial.size();
  if (initial.size() != size * members_.size() || positions.size() != trials_.size() || counters.size() != 7 ||
      stimuli.empty() || counters[3] > 2 || (counters[3] < 0) != task_.digits())
    throw DataError("saved state", "\"counters\"", "written by another version of this lab");
  for (std::size_t m = 0; m < members_.size(); ++m) {
    std::copy_n(initial.begin() + static_cast<std::ptrdiff_t>(m * size), size, members_[m].initial.begin());
    members_[m].rowSpace.clear();
    members_[m].columnSpace.clear();
  }
  for (std::size_t r = 0; r < trials_.size(); ++r) trials_[r].setPosition(static_cast<std::uint64_t>(positions[r]));
  if (!task_.digits()) {
    TrialOptions probe;
    probe.kind = static_cast<TrialKind>(counters[3]);
    probe.stimulus = static_cast<int>(counters[4]);
    probe.delay = static_cast<int>(counters[5]);
    probe.decision = static_cast<int>(counters[6]);
    probe.noise = stimuli[0];
    probe.coherences.assign(stimuli.begin() + 1, stimuli.end());
    probeTask_ = LabTask(probe);
  }
  probeDraws_ = counters[2];
  drawProbes();
  steps_ = counters[0];
  referenceVersion_ = counters[1];
}

}  // namespace learnscope::richlazy
