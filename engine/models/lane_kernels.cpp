// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/lane_kernels.h"

#include "engine/models/lane_kernels_impl.h"

namespace learnscope {

const LaneKernels& baselineLaneKernels() {
  static constexpr LaneKernels kernels = laneKernelSet();
  return kernels;
}

const LaneKernels& laneKernels() {
  static const bool fast = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return fast ? avx2::imageLaneKernels() : baselineLaneKernels();
}

}  // namespace learnscope
