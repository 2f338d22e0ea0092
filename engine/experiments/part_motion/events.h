// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/recorder.h"
#include "engine/core/state.h"
#include "engine/experiments/part_motion/evaluation.h"

namespace learnscope::partmotion {

/// The event rules of the lab's page over the evaluations, with the history they need.
class EventDetector {
 public:
  /// Says that a stage has begun; a stage already said changes nothing.
  void enter(const Schedule::Span& span, Recorder& recorder);
  /// Takes in the evaluation at `recorder.step()`; `fineTuning`: pretraining is over.
  void observe(const Evaluation& found, bool fineTuning, Recorder& recorder);
  void observeConflict(double cosine, Recorder& recorder);
  /// dB of retention lost since fine-tuning began; 0 before, and for networks that were not pretrained.
  double forgetting(const Evaluation& found) const;

  State save() const;
  void load(const State& state);

 private:
  enum Mark { Onset, Learned, Found, Beaten, Forgetting, Recovered, Drift, Conflict, Degenerate, MarkCount };
  void once(Mark mark, bool holds, int times, const char* id, const char* title, Recorder& recorder, Json values);

  std::vector<std::int64_t> done_ = std::vector<std::int64_t>(MarkCount, 0);   ///< 1: said
  std::vector<std::int64_t> inRow_ = std::vector<std::int64_t>(MarkCount, 0),  ///< evaluations in a row that hold
      since_ = std::vector<std::int64_t>(MarkCount, -1);                       ///< the first of them
  std::int64_t stage_ = -1, stageBegin_ = -1;
  double start_ = 0;  ///< retention when fine-tuning began
  bool started_ = false;
};

}  // namespace learnscope::partmotion
