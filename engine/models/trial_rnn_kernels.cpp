// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/trial_rnn_kernels.h"

#include "engine/models/trial_rnn_kernels_impl.h"

namespace learnscope {
namespace {

constexpr TrialRnnKernels baseline = trialRnnKernelSet();

}  // namespace

const TrialRnnKernels& baselineTrialRnnKernels() { return baseline; }

const TrialRnnKernels& trialRnnKernels() {
  static const bool wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return wide ? avx2::trialRnnKernels() : baseline;
}

}  // namespace learnscope
