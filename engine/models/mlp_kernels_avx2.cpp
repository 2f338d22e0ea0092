// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/mlp_kernels_impl.h"

namespace learnscope::avx2 {

const MlpKernels& mlpKernels() {
  static constexpr MlpKernels kernels = mlpKernelSet();
  return kernels;
}

}  // namespace learnscope::avx2
