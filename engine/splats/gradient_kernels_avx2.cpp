// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/gradient_kernels_impl.h"

namespace learnscope::avx2 {

const splats::GradientKernels<float>& floatGradientKernels() {
  static constexpr splats::GradientKernels<float> kernels = splats::gradientKernelSet<float>();
  return kernels;
}

const splats::GradientKernels<double>& doubleGradientKernels() {
  static constexpr splats::GradientKernels<double> kernels = splats::gradientKernelSet<double>();
  return kernels;
}

}  // namespace learnscope::avx2
