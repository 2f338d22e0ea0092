// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/lane_kernels_impl.h"

namespace learnscope::avx2 {

const LaneKernels& imageLaneKernels() {
  static constexpr LaneKernels kernels = laneKernelSet();
  return kernels;
}

}  // namespace learnscope::avx2
