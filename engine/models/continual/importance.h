// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/models/continual/bench.h"

namespace learnscope::continual {

/// Diagonal of the Fisher information of the present task [bench.size()], from at most `samples` of its training
/// samples (drawn without replacement by bench.noise); see FisherKind.
void fisherInformation(Bench& bench, FisherKind kind, int samples, AlignedVector<float>& fisher);

/// MAS (Aljundi 2018, eq. 3): mean over samples of |d ||f(x)||^2 / d theta|, f the outputs that take part;
/// needs no labels.
void outputSensitivity(Bench& bench, int samples, AlignedVector<float>& omega);

}  // namespace learnscope::continual
