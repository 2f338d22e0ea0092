// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/errors.h"
#include "engine/models/continual/learner.h"
#include "engine/models/continual/saved_floats.h"

namespace learnscope::continual {

State Learner::save() const {
  State state;
  putFloats(state, "theta", bench_.theta);
  putFloats(state, "velocity", bench_.velocity);
  std::vector<std::int64_t> rows, finished(bench_.finished.begin(), bench_.finished.end());
  for (const Segment& segment : schedule_) rows.insert(rows.end(), {segment.task, segment.iterations});
  state.put("schedule", Array::from<std::int64_t>(rows, {static_cast<std::int64_t>(schedule_.size()), 2}));
  state.put("finished", Array::vector<std::int64_t>(finished));
  std::vector<std::int64_t> frozen;
  for (const bool value : frozen_) frozen.push_back(value ? 1 : 0);
  state.put("frozen", Array::vector<std::int64_t>(frozen));
  const auto position = [](const RandomStream& random) { return static_cast<std::int64_t>(random.position()); };
  const std::vector<std::int64_t> counters{steps_,
                                           segmentStep_,
                                           warmUpLeft_,
                                           warmUpLength_,
                                           static_cast<std::int64_t>(segment_),
                                           ended_ ? 1 : 0,
                                           begun_ ? 1 : 0,
                                           rehearsal_.steps,
                                           rehearsal_.label,
                                           bench_.task,
                                           bench_.backpropagated,
                                           static_cast<std::int64_t>(bench_.method.kind),
                                           position(bench_.batches),
                                           position(bench_.replay),
                                           position(bench_.noise),
                                           position(storage_)};
  state.put("counters", Array::vector<std::int64_t>(counters));
  const std::vector<double> numbers{loss_.fresh, loss_.stability, split_.fresh, split_.stability, split_.cosine};
  state.put("numbers", Array::vector<double>(numbers));
  state.merge("memory.", bench_.memory.save());
  state.merge("method.", method_->save());
  return state;
}

void Learner::load(const State& state) {
  const auto rows = state.get("schedule").as<std::int64_t>();
  const auto finished = state.get("finished").as<std::int64_t>();
  const auto frozen = state.get("frozen").as<std::int64_t>();
  const auto counters = state.get("counters").as<std::int64_t>();
  const auto numbers = state.get("numbers").as<double>();
  if (state.get("theta").size() != bench_.theta.size() || counters.size() != 16 || numbers.size() != 5 ||
      frozen.size() != frozen_.size() || rows.empty())
    throw DataError("saved state", "\"counters\"", "written by another version of this lab");
  getFloats(state, "theta", bench_.theta);
  getFloats(state, "velocity", bench_.velocity);
  schedule_.clear();
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) schedule_.push_back({static_cast<int>(rows[i]), rows[i + 1]});
  bench_.finished.assign(finished.begin(), finished.end());
  for (std::size_t l = 0; l < frozen_.size(); ++l) frozen_[l] = frozen[l] != 0;
  steps_ = counters[0];
  segmentStep_ = counters[1];
  warmUpLeft_ = counters[2];
  warmUpLength_ = counters[3];
  segment_ = static_cast<std::size_t>(counters[4]);
  ended_ = counters[5] != 0;
  begun_ = counters[6] != 0;
  rehearsal_ = {counters[7], static_cast<int>(counters[8])};
  bench_.task = static_cast<int>(counters[9]);
  bench_.backpropagated = counters[10];
  bench_.batches.setPosition(static_cast<std::uint64_t>(counters[12]));
  bench_.replay.setPosition(static_cast<std::uint64_t>(counters[13]));
  bench_.noise.setPosition(static_cast<std::uint64_t>(counters[14]));
  storage_.setPosition(static_cast<std::uint64_t>(counters[15]));
  loss_ = {numbers[0], numbers[1]};
  split_ = {numbers[2], numbers[3], numbers[4]};
  bench_.memory.load(state.sub("memory."));
  method_ = makeMethod(bench_.method.kind);
  // A branch may have begun with another method, which starts with nothing.
  if (counters[11] == static_cast<std::int64_t>(bench_.method.kind)) method_->load(state.sub("method."));
}

}  // namespace learnscope::continual
