// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace learnscope {

/// C [m, n] = A B or C += A B, row-major, then perhaps a bias for each column and ReLU. Each number of C is summed over
/// k in order, whatever m and n are, so a row's result does not depend on the rows beside it.
struct MatrixProduct {
  long m = 0, n = 0, k = 0;
  const float* a = nullptr;
  long aRow = 0, aStep = 0;  ///< A(i, p) stands at a[i * aRow + p * aStep]; one of the two is 1
  const float* b = nullptr;
  long bStep = 0, bColumn = 0;  ///< B(p, j) stands at b[p * bStep + j * bColumn]; one of the two is 1
  float* c = nullptr;
  bool add = false;             ///< to what C holds
  const float* bias = nullptr;  ///< [n], or none
  bool relu = false;
};

/// Columns of B that are worked on together; `panel` holds k x productColumns floats, for the call alone.
inline constexpr int productColumns = 64;
using ProductKernel = void (*)(const MatrixProduct& product, float* panel);

/// Products of matrices a few hundred wide, for which a BLAS spends much of its time on copies of both: the fastest
/// kernel this CPU can run (AVX-512, AVX2+FMA or baseline; the first two give the same bits).
ProductKernel productKernel();
/// All that this CPU can run; for tests.
std::span<const ProductKernel> productKernels();

namespace avx2 {
/// Defined in product_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
void multiply(const MatrixProduct& product, float* panel);
}  // namespace avx2

namespace avx512 {
/// Defined in product_kernels_avx512.cpp; call only on a CPU with AVX-512F.
void multiply(const MatrixProduct& product, float* panel);
}  // namespace avx512

}  // namespace learnscope
