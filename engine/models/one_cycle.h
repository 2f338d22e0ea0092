// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace learnscope {

/// The learning rate at step `t` of `length` of a one-cycle schedule (Smith 2018) as PyTorch's OneCycleLR has it: from
/// largest/25 up by half a cosine over the first `warmUp` of the steps, then down to largest/250000. Stays there after
/// the end.
double oneCycleRate(double largest, std::int64_t t, std::int64_t length, double warmUp = 0.15);

}  // namespace learnscope
