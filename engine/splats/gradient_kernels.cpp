// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/gradient_kernels.h"

#include "engine/models/two_layer_kernels.h"
#include "engine/splats/gradient_kernels_impl.h"

namespace learnscope::splats {
namespace {

constexpr GradientKernels<float> kBaselineFloat = gradientKernelSet<float>();
constexpr GradientKernels<double> kBaselineDouble = gradientKernelSet<double>();

}  // namespace

template <>
const GradientKernels<float>& gradientKernels<float>() {
  return cpuHasAvx2() ? avx2::floatGradientKernels() : kBaselineFloat;
}
template <>
const GradientKernels<double>& gradientKernels<double>() {
  return cpuHasAvx2() ? avx2::doubleGradientKernels() : kBaselineDouble;
}

}  // namespace learnscope::splats
