// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/point_kernels_impl.h"

namespace learnscope::avx2 {

const PointKernels<float>& floatPointKernels() {
  static constexpr PointKernels<float> kernels = pointKernelSet<float>();
  return kernels;
}

const PointKernels<double>& doublePointKernels() {
  static constexpr PointKernels<double> kernels = pointKernelSet<double>();
  return kernels;
}

}  // namespace learnscope::avx2
