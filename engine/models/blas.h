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

/// The lower triangle of C [n, n] = alpha * A' A + beta * C, A [k, n] row-major. BLAS's syrk.
void gramOfColumns(int n, int k, double alpha, const double* a, double beta, double* c);
/// Solves the symmetric positive definite A x = b from the lower triangle of A [n, n], in place of both (LAPACK's
/// posv); false if A is not positive definite.
bool solvePositive(int n, double* a, double* b);
/// A [n, n] -> its inverse, in place (LAPACK's getrf and getri); false if A is singular. `pivots` [n], `work` [32 n].
bool invert(int n, double* a, int* pivots, double* work);

}  // namespace learnscope
