// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/two_layer_kernels_impl.h"

namespace learnscope::avx2 {

const TwoLayerKernels<float>& floatKernels() {
  static constexpr TwoLayerKernels<float> kernels = kernelSet<float>();
  return kernels;
}

const TwoLayerKernels<double>& doubleKernels() {
  static constexpr TwoLayerKernels<double> kernels = kernelSet<double>();
  return kernels;
}

}  // namespace learnscope::avx2
