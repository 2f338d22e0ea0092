// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::rnnhmm {

/// A recurrent net fed with noise alone that learns to emulate a hidden Markov model (Torre et al. 2025, arXiv
/// 2510.25674).
std::shared_ptr<const Lab> makeLab();

}  // namespace learnscope::rnnhmm
