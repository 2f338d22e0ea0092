// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/chart.h"
#include "widgets/plots/line_layer.h"

namespace learnscope {

/// Phases, events and interventions of a run as spans and flags over a step axis.
struct RunMarkers {
  std::vector<Span> spans;
  std::vector<Flag> flags;
  std::size_t events = 0, entries = 0;  ///< of the run, as counted: more means stale
};
RunMarkers markersOf(const Run& run, const StepAxis& axis, const ScaleMap& scale, double end);

}  // namespace learnscope
