// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/effective_rank.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/core/decompositions.h"

namespace learnscope {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMajor> mapped(std::span<const double> matrix, int rows, int columns) {
  if (rows < 1 || columns < 1 || matrix.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))
    throw std::invalid_argument("a matrix of another size");
  return {matrix.data(), rows, columns};
}

double sumOfPowers(std::span<const double> s, int power) {
  double sum = 0;
  for (const double value : s) sum += power == 1 ? value : power == 2 ? value * value : value * value * value * value;
  return sum;
}

double largest(std::span<const double> s) { return s.empty() ? 0 : *std::max_element(s.begin(), s.end()); }

}  // namespace

std::vector<double> singularValues(std::span<const double> matrix, int rows, int columns) {
  const Eigen::VectorXd s = Eigen::BDCSVD<Eigen::MatrixXd>(mapped(matrix, rows, columns)).singularValues();
  return {s.data(), s.data() + s.size()};
}

std::vector<std::complex<double>> eigenvalues(std::span<const double> matrix, int n) {
  const Eigen::VectorXcd values =
      Eigen::EigenSolver<Eigen::MatrixXd>(Eigen::MatrixXd(mapped(matrix, n, n)), false).eigenvalues();
  std::vector<std::complex<double>> result(values.data(), values.data() + values.size());
  std::stable_sort(result.begin(), result.end(), [](auto a, auto b) { return std::abs(a) > std::abs(b); });
  return result;
}

double spectralRadius(std::span<const double> matrix, int n) { return std::abs(eigenvalues(matrix, n).front()); }

double participationRatio(std::span<const double> s) {
  const double second = sumOfPowers(s, 2), fourth = sumOfPowers(s, 4);
  return fourth > 0 ? second * second / fourth : 0;
}

double nuclearRank(std::span<const double> s) {
  const double most = largest(s);
  return most > 0 ? sumOfPowers(s, 1) / most : 0;
}

double entropyRank(std::span<const double> s) {
  const double sum = sumOfPowers(s, 1);
  if (!(sum > 0)) return 0;
  double entropy = 0;
  for (const double value : s)
    if (value > 0) entropy -= value / sum * std::log(value / sum);
  return std::exp(entropy);
}

double stableRank(std::span<const double> s) {
  const double most = largest(s);
  return most > 0 ? sumOfPowers(s, 2) / (most * most) : 0;
}

}  // namespace learnscope
