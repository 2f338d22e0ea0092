// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace learnscope {

/// Singular values of a row-major matrix [rows, columns], descending. Throws std::invalid_argument on a wrong size.
std::vector<double> singularValues(std::span<const double> matrix, int rows, int columns);
/// Eigenvalues of a row-major square matrix [n, n], by decreasing modulus.
std::vector<std::complex<double>> eigenvalues(std::span<const double> matrix, int n);
/// The largest modulus of an eigenvalue.
double spectralRadius(std::span<const double> matrix, int n);

/// Four effective ranks of singular values s, each in [1, number of non-zero s]; 0 if all are 0.
double participationRatio(std::span<const double> s);  ///< (sum s^2)^2 / sum s^4
double nuclearRank(std::span<const double> s);         ///< sum s / max s
double entropyRank(std::span<const double> s);         ///< exp(-sum p ln p), p = s / sum s (Roy & Vetterli 2007)
double stableRank(std::span<const double> s);          ///< sum s^2 / max s^2

}  // namespace learnscope
