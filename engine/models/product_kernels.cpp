// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/product_kernels.h"

#include "engine/models/product_kernels_impl.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {
namespace {

constexpr ProductKernel kernels[] = {multiplyKernel, avx2::multiply, avx512::multiply};

std::size_t kernelsOfThisCpu() {
  if (!cpuHasAvx2()) return 1;
  return __builtin_cpu_supports("avx512f") ? 3 : 2;
}

}  // namespace

std::span<const ProductKernel> productKernels() { return std::span(kernels).first(kernelsOfThisCpu()); }

ProductKernel productKernel() {
  static const ProductKernel fastest = productKernels().back();
  return fastest;
}

}  // namespace learnscope
