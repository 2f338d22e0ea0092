// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

/// Upper triangle of C = A^T A, A row-major [n][k], C [k][k]; BLAS's syrk.
void gram(int n, int k, const float* a, float* c);
void gram(int n, int k, const double* a, double* c);

}  // namespace learnscope
