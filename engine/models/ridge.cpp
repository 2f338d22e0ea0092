// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/ridge.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

// LAPACK's Cholesky, part of OpenBLAS, which installs no C header for it.
extern "C" {
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
void dpotrs_(const char* uplo, const int* n, const int* columns, const double* a, const int* lda, double* b,
             const int* ldb, int* info);
}

namespace learnscope {

void RidgeSolver::resize(int features, int classes, int block) {
  features_ = features;
  classes_ = classes;
  const auto k = static_cast<std::size_t>(features);
  gram_.assign(k * k, 0);
  right_.assign(k * static_cast<std::size_t>(classes), 0);
  rows_.assign(k * static_cast<std::size_t>(block), 0);
}

void RidgeSolver::begin() {
  std::fill(gram_.begin(), gram_.end(), 0.0);
  std::fill(right_.begin(), right_.end(), 0.0);
}

template <class T>
void RidgeSolver::add(const T* f, const int* target, int count, double scale) {
  const long k = features_;
  for (long i = 0; i < count * k; ++i) rows_[static_cast<std::size_t>(i)] = scale * static_cast<double>(f[i]);
  // The row-major upper triangle is LAPACK's (column-major) lower one.
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, features_, count, 1.0, rows_.data(), features_, 1.0, gram_.data(),
              features_);
  for (long i = 0; i < count; ++i) {
    double* sum = right_.data() + target[i] * k;
    const double* row = rows_.data() + i * k;
    for (long j = 0; j < k; ++j) sum[j] += row[j];
  }
}

template <class T>
bool RidgeSolver::solve(double eta, T* v) {
  const auto k = static_cast<std::size_t>(features_);
  double trace = 0;
  for (std::size_t j = 0; j < k; ++j) trace += gram_[j * k + j];
  if (!std::isfinite(trace)) return false;
  eta = std::max(eta, 1e-6 * trace / static_cast<double>(features_));
  for (std::size_t j = 0; j < k; ++j) gram_[j * k + j] += eta;
  int info = 0;
  dpotrf_("L", &features_, gram_.data(), &features_, &info);
  if (info != 0) return false;
  dpotrs_("L", &features_, &classes_, gram_.data(), &features_, right_.data(), &features_, &info);
  if (info != 0) return false;
  const auto m = static_cast<std::size_t>(classes_);
  for (std::size_t j = 0; j < k; ++j)
    for (std::size_t c = 0; c < m; ++c) v[j * m + c] = static_cast<T>(right_[c * k + j]);
  return true;
}

template void RidgeSolver::add(const float*, const int*, int, double);
template void RidgeSolver::add(const double*, const int*, int, double);
template bool RidgeSolver::solve(double, float*);
template bool RidgeSolver::solve(double, double*);

}  // namespace learnscope
