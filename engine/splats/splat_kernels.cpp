// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/splat_kernels.h"

#include "engine/models/two_layer_kernels.h"
#include "engine/splats/splat_kernels_impl.h"

namespace learnscope::splats {

const SplatKernels& baselineSplatKernels() {
  static constexpr SplatKernels kernels = splatKernelSet();
  return kernels;
}

const SplatKernels& splatKernels() { return cpuHasAvx2() ? avx2::splatKernels() : baselineSplatKernels(); }

}  // namespace learnscope::splats
