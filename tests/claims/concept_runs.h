// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/experiments/concept_space/concept_space_lab.h"
#include "tests/support/claim.h"
#include "tests/support/memory_recorder.h"

namespace learnscope::test {

/// What a claim of the concept-space lab looks at.
struct ConceptRun {
  std::map<std::string, std::map<std::int64_t, double>> scalars;
  std::map<std::string, Event> events;  ///< the first of each id
  std::map<std::string, Array> last;    ///< arrays at their newest record
  double end(const std::string& id) const { return scalars.at(id).rbegin()->second; }
  double at(const std::string& id, std::int64_t step) const { return scalars.at(id).at(step); }
  std::optional<std::int64_t> event(const std::string& id) const {
    const auto found = events.find(id);
    return found == events.end() ? std::nullopt : std::optional(found->second.step);
  }
  /// First evaluation from which a scalar is at least `least`, or nothing.
  std::optional<std::int64_t> firstAtLeast(const std::string& id, double least) const {
    for (const auto& [step, value] : scalars.at(id))
      if (value >= least) return step;
    return std::nullopt;
  }
};

inline std::string stepText(const std::optional<std::int64_t>& step) { return step ? std::to_string(*step) : "-"; }

/// Trains once a config and seed; every claim of a program shares the runs.
inline const ConceptRun& conceptRun(const Json& set, std::uint64_t seed, std::int64_t steps) {
  static std::map<std::string, ConceptRun> known;
  const std::string key = set.dump() + "/" + std::to_string(seed) + "/" + std::to_string(steps);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  const auto lab = concept_space::makeLab();
  const Config config = checkedConfig(*lab, set);
  const auto experiment = lab->build(config, seed, Progress());
  MemoryRecorder recorder(*lab, config);
  experiment->measure(recorder);
  ConceptRun run;
  for (std::int64_t step = 1; step <= steps; ++step) {
    experiment->step(Progress());
    recorder.setStep(step);
    experiment->measure(recorder);
    for (auto& [id, records] : recorder.arrays)
      if (!records.empty()) run.last[id] = records.rbegin()->second;
    recorder.arrays.clear();
  }
  run.scalars = std::move(recorder.scalars);
  for (const Event& event : recorder.events) run.events.emplace(event.id, event);
  return known.emplace(key, std::move(run)).first->second;
}

inline int seedsWhere(int seeds, const std::function<bool(std::uint64_t)>& holds) {
  int count = 0;
  for (int seed = 0; seed < seeds; ++seed) count += holds(static_cast<std::uint64_t>(seed)) ? 1 : 0;
  return count;
}

inline double medianOf(int seeds, const std::function<double(std::uint64_t)>& of) {
  std::vector<double> values;
  for (int seed = 0; seed < seeds; ++seed) values.push_back(of(static_cast<std::uint64_t>(seed)));
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace learnscope::test
