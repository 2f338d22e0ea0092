// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/blas.h"

#include <cblas.h>

namespace learnscope {
namespace {

CBLAS_TRANSPOSE cblasTranspose(Transpose t) { return t == Transpose::Yes ? CblasTrans : CblasNoTrans; }

}  // namespace

void gemm(Transpose ta, Transpose tb, int m, int n, int k, float alpha, const float* a, int lda, const float* b,
          int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, cblasTranspose(ta), cblasTranspose(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemm(Transpose ta, Transpose tb, int m, int n, int k, double alpha, const double* a, int lda, const double* b,
          int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, cblasTranspose(ta), cblasTranspose(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemv(Transpose ta, int m, int n, float alpha, const float* a, int lda, const float* x, float beta, float* y) {
  cblas_sgemv(CblasRowMajor, cblasTranspose(ta), m, n, alpha, a, lda, x, 1, beta, y, 1);
}

void gemv(Transpose ta, int m, int n, double alpha, const double* a, int lda, const double* x, double beta, double* y) {
  cblas_dgemv(CblasRowMajor, cblasTranspose(ta), m, n, alpha, a, lda, x, 1, beta, y, 1);
}

}  // namespace learnscope
