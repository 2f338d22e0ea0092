// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/chart.h"

namespace learnscope {

/// Takes away from a chart over time what is later than the coordinate `x`: curves and bands end there (a segment
/// across it is cut), each curve with a dot, later cells, dots and flags go, and so do phases that have not begun. Axes
/// and legend stay, so that the frames of a film share them.
void endAt(Chart& chart, double x);

}  // namespace learnscope
