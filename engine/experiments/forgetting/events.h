// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/recorder.h"
#include "engine/core/state.h"
#include "engine/measures/continual_metrics.h"

namespace learnscope::forgetting {

/// The event rules of the lab's page, followed from evaluation to evaluation.
class EventDetector {
 public:
  EventDetector() = default;
  EventDetector(std::vector<std::string> tasks, int samples, std::vector<double> chance);

  /// After metrics.observe(); `cosine` of the gradient's parts at the last update (NaN if there is only one).
  /// `segmentStep` of `segmentLength` updates of the present stretch are done.
  void observe(const ContinualMetrics& metrics, double cosine, std::int64_t segmentStep, std::int64_t segmentLength,
               Recorder& recorder);

  State save() const;
  void load(const State& state);

 private:
  /// Where one earlier task stands in the present stretch.
  struct Track {
    std::int64_t below = 0;        ///< successive evaluations below the onset's threshold
    std::int64_t firstBelow = -1;  ///< step of the first of them
    std::int64_t phase = 0;        ///< 0 learning, 1 in the gap, 2 climbing back, 3 recovered
    std::int64_t bottomStep = -1, sinceBottom = 0;
    std::int64_t low = 0, forgotten = 0;  ///< successive evaluations with retention < 0.5; told of it
    double before = 0, bottom = 1;
  };

  void begin(const ContinualMetrics& metrics, Recorder& recorder);
  void follow(int task, const ContinualMetrics& metrics, Recorder& recorder);
  void bottomReached(int task, Recorder& recorder);
  void plasticity(const ContinualMetrics& metrics, std::int64_t segmentStep, std::int64_t segmentLength,
                  Recorder& recorder);

  std::vector<std::string> tasks_;
  int samples_ = 500;
  std::vector<double> chance_;
  std::vector<Track> tracks_;
  std::int64_t conflict_ = 0, plasticFailure_ = 0, band_ = 0;
};

}  // namespace learnscope::forgetting
