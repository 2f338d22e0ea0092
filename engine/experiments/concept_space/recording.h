// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experiments/concept_space/events.h"

namespace learnscope::concept_space {

/// Records what never changes about the classes (cadence "start"); `spread` is that of the exact model's clusters.
void recordCorners(const Setting& setting, double spread, Recorder& recorder);

/// Records every measure of the cadence "evaluations" that an evaluation gives. `progress` is the step's share of the
/// planned steps.
void recordEvaluation(const Evaluation& evaluation, const Setting& setting, const EventDetector& events,
                      double progress, Recorder& recorder);

}  // namespace learnscope::concept_space
