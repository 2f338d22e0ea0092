// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/two_layer_kernels.h"

#include "engine/models/two_layer_kernels_impl.h"

namespace learnscope {
namespace {

constexpr TwoLayerKernels<float> kBaselineFloat = kernelSet<float>();
constexpr TwoLayerKernels<double> kBaselineDouble = kernelSet<double>();

}  // namespace

bool cpuHasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
}

template <>
const TwoLayerKernels<float>& baselineKernels<float>() {
  return kBaselineFloat;
}
template <>
const TwoLayerKernels<double>& baselineKernels<double>() {
  return kBaselineDouble;
}

template <>
const TwoLayerKernels<float>& twoLayerKernels<float>() {
  return cpuHasAvx2() ? avx2::floatKernels() : kBaselineFloat;
}
template <>
const TwoLayerKernels<double>& twoLayerKernels<double>() {
  return cpuHasAvx2() ? avx2::doubleKernels() : kBaselineDouble;
}

const char* kernelSetName() { return cpuHasAvx2() ? "AVX2+FMA" : "baseline"; }

}  // namespace learnscope
