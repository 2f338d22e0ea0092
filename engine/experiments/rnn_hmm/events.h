// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/core/description.h"
#include "engine/core/recorder.h"
#include "engine/core/state.h"

namespace learnscope::rnnhmm {

/// What the rules look at: the last values of every measure they name.
struct Observation {
  double frequencyError = 1, transitionError = 1;
  double excess1 = 0, excess10 = 0, target1 = 0, target10 = 0;
  double meanNorm = 0;
  // of the dynamics
  double shareUnstable = 0, growth = 0, rotation = 0, agreement = 0.5, participation = 1e9;
};

/// The page's events: each needs three consecutive hits and is dated at the first of them.
class EventDetector {
 public:
  /// Takes in an evaluation; `dynamics` says that those values are new too. A step already seen changes nothing.
  void observe(const Observation& now, bool dynamics, Recorder& recorder);
  State save() const;
  void load(const State& state);

 private:
  enum Mark { Marginals, Plateau, Destabilised, Birth, Orbit, Emulates, Explosion, MarkCount };
  void count(Mark mark, bool hit, Recorder& recorder);

  std::array<std::int64_t, MarkCount> first_{}, hits_{}, done_{};
  std::int64_t lastStep_ = -1;
  double stable_ = 0;  ///< 1 once the share of unstable states has been below 0.02
};

std::vector<EventRule> eventRules();

}  // namespace learnscope::rnnhmm
