// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/lab.h"

namespace learnscope::test {

/// Linear regression by gradient descent: the smallest lab that has one of everything. It is what adding a lab costs,
/// and what tests of the trainer, the window and the command line train in milliseconds.
///
/// y = X w* + noise * e with X [n, 4], w*, e standard normal; L(w) = |X w - y|^2 / (2 n); w starts at 0. L diverges for
/// lr above 2 over the largest eigenvalue of X^T X / n (about 1.5 at n = 64), so lr = 10 tests divergence.
std::shared_ptr<const Lab> tinyLab();

}  // namespace learnscope::test
