// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/blas.h"

#include <cblas.h>

namespace learnscope::blas {
namespace {
CBLAS_TRANSPOSE op(bool transpose) { return transpose ? CblasTrans : CblasNoTrans; }
}  // namespace

void gemm(bool transposeA, bool transposeB, int m, int n, int k, float alpha, const float* a, int lda, const float* b,
          int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, op(transposeA), op(transposeB), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemm(bool transposeA, bool transposeB, int m, int n, int k, double alpha, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, op(transposeA), op(transposeB), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gram(int n, int k, const float* a, float beta, float* c) {
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, k, n, 1.0f, a, k, beta, c, k);
}

void gram(int n, int k, const double* a, double beta, double* c) {
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, k, n, 1.0, a, k, beta, c, k);
}

}  // namespace learnscope::blas
