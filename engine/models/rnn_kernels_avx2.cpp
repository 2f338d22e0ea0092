// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/rnn_kernels_impl.h"

namespace learnscope::avx2 {

const RnnKernels<float>& floatRnnKernels() {
  static constexpr RnnKernels<float> kernels = rnnKernelSet<float>();
  return kernels;
}

const RnnKernels<double>& doubleRnnKernels() {
  static constexpr RnnKernels<double> kernels = rnnKernelSet<double>();
  return kernels;
}

}  // namespace learnscope::avx2
