// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <istream>

#include "engine/core/state.h"

namespace learnscope {

/// Names and values (double) of the parameters of a TorchScript module with one or two axes and a recurrent layer's
/// name. For the helper process alone: LibTorch checks nothing, so a damaged archive may end the process. Throws
/// std::exception.
State torchScriptWeights(std::istream& archive);

}  // namespace learnscope
