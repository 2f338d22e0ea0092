// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/product_kernels_impl.h"

namespace learnscope::avx512 {

void multiply(const MatrixProduct& product, float* panel) { multiplyKernel(product, panel); }

}  // namespace learnscope::avx512
