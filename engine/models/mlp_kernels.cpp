// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/mlp_kernels.h"

#include "engine/models/mlp_kernels_impl.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {
namespace {

constexpr MlpKernels baseline = mlpKernelSet();

}  // namespace

const MlpKernels& baselineMlpKernels() { return baseline; }

const MlpKernels& mlpKernels() { return cpuHasAvx2() ? avx2::mlpKernels() : baseline; }

}  // namespace learnscope
