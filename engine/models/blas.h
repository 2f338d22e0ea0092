// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

enum class Transpose : bool { No, Yes };

/// C [m, n] = alpha * op(A) op(B) + beta * C, row-major with leading dimensions; T is float or double. BLAS's gemm.
void gemm(Transpose ta, Transpose tb, int m, int n, int k, float alpha, const float* a, int lda, const float* b,
          int ldb, float beta, float* c, int ldc);
void gemm(Transpose ta, Transpose tb, int m, int n, int k, double alpha, const double* a, int lda, const double* b,
          int ldb, double beta, double* c, int ldc);

}  // namespace learnscope
