// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/core/description.h"
#include "engine/core/recorder.h"
#include "engine/core/state.h"
#include "engine/experiments/rich_lazy/world.h"

namespace learnscope::richlazy {

/// Means over seeds of one log, by structure.
struct TrainingLog {
  std::vector<double> otherAccuracy;     ///< of the steps before the decision; NaN without such steps
  std::vector<double> decisionAccuracy;  ///< over the last 200 batches; NaN before there are so many
  double ceiling = 1;                    ///< the ideal observer's accuracy
};

/// What an evaluation of the alignments says, by structure.
struct AlignmentLog {
  std::span<const double> kernel;     ///< KA [structures * seeds]
  std::vector<double> velocity;       ///< mean over seeds; NaN at the first evaluation
  std::vector<std::int64_t> settled;  ///< step since which the kernel stayed, or -1
  std::vector<double> radius;         ///< largest |eigenvalue| of a seed over the Gaussian radius
};

/// The event rules of the lab's page as latches; events carry the structure's index: "task-learned-0".
class EventDetector {
 public:
  EventDetector() = default;
  EventDetector(std::vector<Structure> structures, int seeds);

  void observe(const TrainingLog& log, Recorder& recorder);
  void observe(const AlignmentLog& log, Recorder& recorder);

  State save() const;
  void load(const State& state);

 private:
  enum Mark { Fixation, Learned, Burst, Settled, Richer, Outlier, MarkCount };
  void mark(Mark what, int structure, std::int64_t step, const char* id, const char* title, Recorder& recorder,
            Json values = Json::object());
  std::int64_t& at(Mark what, int structure) {
    return marks_[static_cast<std::size_t>(structure) * MarkCount + static_cast<std::size_t>(what)];
  }

  std::vector<Structure> structures_;
  int seeds_ = 1;
  std::vector<std::int64_t> marks_;  ///< [structures, MarkCount]: step, -1 while open
  std::vector<double> fastest_;      ///< largest kernel velocity so far
  std::vector<std::int64_t> fastestStep_;
};

std::vector<EventRule> eventRules();

}  // namespace learnscope::richlazy
