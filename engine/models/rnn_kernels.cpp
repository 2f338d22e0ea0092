// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/rnn_kernels.h"

#include "engine/models/rnn_kernels_impl.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {
namespace {

constexpr RnnKernels<float> kBaselineFloat = rnnKernelSet<float>();
constexpr RnnKernels<double> kBaselineDouble = rnnKernelSet<double>();

}  // namespace

template <>
const RnnKernels<float>& baselineRnnKernels<float>() {
  return kBaselineFloat;
}
template <>
const RnnKernels<double>& baselineRnnKernels<double>() {
  return kBaselineDouble;
}

template <>
const RnnKernels<float>& rnnKernels<float>() {
  return cpuHasAvx2() ? avx2::floatRnnKernels() : kBaselineFloat;
}
template <>
const RnnKernels<double>& rnnKernels<double>() {
  return cpuHasAvx2() ? avx2::doubleRnnKernels() : kBaselineDouble;
}

}  // namespace learnscope
