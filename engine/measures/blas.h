// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope::blas {

/// C = alpha * op(A) * op(B) + beta * C on row-major matrices; op(A) is m x k, op(B) is k x n, C is m x n. A leading dimension is
/// the stored row length. One product of the BLAS library, single or double precision.
void gemm(bool transposeA, bool transposeB, int m, int n, int k, float alpha, const float* a, int lda, const float* b,
          int ldb, float beta, float* c, int ldc);
void gemm(bool transposeA, bool transposeB, int m, int n, int k, double alpha, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc);

/// Upper triangle of C = A^T A + beta * C, A row-major n x k, C k x k.
void gram(int n, int k, const float* a, float beta, float* c);
void gram(int n, int k, const double* a, double beta, double* c);

}  // namespace learnscope::blas
