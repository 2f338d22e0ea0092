// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

enum class Transpose : bool { No, Yes };

/// C [m, n] = alpha * op(A) op(B) + beta * C, row-major with leading dimensions; T is float or double. BLAS's gemm.
void gemm(Transpose ta, Transpose tb, int m, int n, int k, float alpha, const float* a, int lda, const float* b,
          int ldb, float beta, float* c, int ldc);
void gemm(Transpose ta, Transpose tb, int m, int n, int k, double alpha, const double* a, int lda, const double* b,
          int ldb, double beta, double* c, int ldc);

/// y = alpha * op(A) x + beta * y, A [m, n] row-major. BLAS's gemv.
void gemv(Transpose ta, int m, int n, float alpha, const float* a, int lda, const float* x, float beta, float* y);
void gemv(Transpose ta, int m, int n, double alpha, const double* a, int lda, const double* x, double beta, double* y);

}  // namespace learnscope
