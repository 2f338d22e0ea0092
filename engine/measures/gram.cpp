// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/gram.h"

#include <cblas.h>

namespace learnscope {

void gram(int n, int k, const float* a, float* c) {
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, k, n, 1.0f, a, k, 0.0f, c, k);
}

void gram(int n, int k, const double* a, double* c) {
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, k, n, 1.0, a, k, 0.0, c, k);
}

}  // namespace learnscope
