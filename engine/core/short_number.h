// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace learnscope {

/// Six significant digits, as texts for people show numbers: "0.00123457", "1e-09".
std::string shortNumber(double value);

}  // namespace learnscope
