// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/trial_rnn_kernels_impl.h"

namespace learnscope::avx2 {

const TrialRnnKernels& trialRnnKernels() {
  static constexpr TrialRnnKernels kernels = trialRnnKernelSet();
  return kernels;
}

}  // namespace learnscope::avx2
