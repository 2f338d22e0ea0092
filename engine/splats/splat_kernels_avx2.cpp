// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/splat_kernels_impl.h"

namespace learnscope::avx2 {

const splats::SplatKernels& splatKernels() {
  static constexpr splats::SplatKernels kernels = splats::splatKernelSet();
  return kernels;
}

}  // namespace learnscope::avx2
