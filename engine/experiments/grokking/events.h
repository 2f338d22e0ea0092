// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/description.h"
#include "engine/core/recorder.h"
#include "engine/core/state.h"

namespace learnscope::grokking {

/// What the event rules see of one log.
struct Observation {
  double trainAccuracy = 0;
  double testAccuracy = 0;  ///< NaN without a test set
  double signalCosine = 0;  ///< c
  double alignment = 0;     ///< A
  double topDown = 0;       ///< tau; NaN without features
  double pairsLoss = 0;
  double meanIpr = 0;        ///< NaN without features
  double largestEnergy = 0;  ///< max e_j
  int lockedNeurons = 0;
  std::span<const double> alpha;  ///< [features], the trivial one left out
};

/// The event rules of the lab's page as latches over the sequence of logs. The stage rule never looks at the test set.
class EventDetector {
 public:
  explicit EventDetector(int features = 0) : features_(static_cast<std::size_t>(features), 0) {}

  /// Takes in the log at `recorder.step()` and records what it completes. A step already seen (after a resume) changes
  /// nothing.
  void observe(const Observation& log, Recorder& recorder);

  State save() const;
  void load(const State& state);

 private:
  enum Mark {
    Stage1,
    Stage2,
    Stage3,
    Memorised,
    FirstLocked,
    Cleanup,
    Generalised,
    TopDown,
    Drift,
    StuckLazy,
    MarkCount
  };
  bool mark(Mark what, std::int64_t step, const char* id, const char* title, Recorder& recorder,
            Json values = Json::object());
  void observeStages(const Observation& log, Recorder& recorder);
  void observeFeatures(const Observation& log, Recorder& recorder);
  void observeLosses(const Observation& log, Recorder& recorder);

  std::vector<std::int64_t> marks_ = std::vector<std::int64_t>(MarkCount, -1);  ///< step of the mark, -1 while open
  std::vector<std::uint8_t> features_;                                          ///< acquired
  std::int64_t lastLog_ = -1;
  bool weakSignal_ = false;     ///< the last log had c^2 < 1/2 in stage II
  bool topDownBefore_ = false;  ///< tau at the last log was above its threshold
  double largestPairsLoss_ = 0, largestIpr_ = 0;
  std::int64_t cleanupFrom_ = -1, cleanupLogs_ = 0;
};

/// The rules in words, for the description.
std::vector<EventRule> eventRules();

}  // namespace learnscope::grokking
