// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/blas.h"

#include <cblas.h>

// LAPACK's column-major routines, in the same library; their header is another package.
extern "C" {
void dposv_(const char* uplo, const int* n, const int* nrhs, double* a, const int* lda, double* b, const int* ldb,
            int* info);
void dgetrf_(const int* m, const int* n, double* a, const int* lda, int* pivots, int* info);
void dgetri_(const int* n, double* a, const int* lda, const int* pivots, double* work, const int* lwork, int* info);
}

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

void gramOfColumns(int n, int k, double alpha, const double* a, double beta, double* c) {
  cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, n, k, alpha, a, n, beta, c, n);
}

// The lower triangle of a row-major matrix is the upper one of the same memory read column-major.
bool solvePositive(int n, double* a, double* b) {
  const int one = 1;
  int info = 0;
  dposv_("U", &n, &one, a, &n, b, &n, &info);
  return info == 0;
}

// The transpose's inverse is the inverse's transpose, so the storage order does not matter.
bool invert(int n, double* a, int* pivots, double* work) {
  const int size = 32 * n;
  int info = 0;
  dgetrf_(&n, &n, a, &n, pivots, &info);
  if (info == 0) dgetri_(&n, a, &n, pivots, work, &size, &info);
  return info == 0;
}

}  // namespace learnscope
