// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/point_kernels.h"

#include "engine/models/point_kernels_impl.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {
namespace {

template <class T>
constexpr PointKernels<T> baseline = pointKernelSet<T>();

}  // namespace

template <>
const PointKernels<float>& baselinePointKernels<float>() {
  return baseline<float>;
}
template <>
const PointKernels<double>& baselinePointKernels<double>() {
  return baseline<double>;
}

template <>
const PointKernels<float>& pointKernels<float>() {
  return cpuHasAvx2() ? avx2::floatPointKernels() : baseline<float>;
}
template <>
const PointKernels<double>& pointKernels<double>() {
  return cpuHasAvx2() ? avx2::doublePointKernels() : baseline<double>;
}

}  // namespace learnscope
