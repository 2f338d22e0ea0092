// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/interaction.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/measures/gram.h"
#include "engine/models/blas.h"

namespace learnscope {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix gramOf(const AlignedVector<double>& centred, int pairs, int hidden) {
  Matrix g(hidden, hidden);
  gram(pairs, hidden, centred.data(), g.data());
  g.triangularView<Eigen::StrictlyLower>() = g.transpose();
  return g;
}

Matrix ridgeInverse(const Matrix& g, double eta) {
  const auto hidden = g.rows();
  const double ridge = std::max(eta, 1e-6 * std::max(g.trace(), 1e-300) / static_cast<double>(hidden));
  Matrix ridged = g;
  ridged.diagonal().array() += ridge;
  return ridged.llt().solve(Matrix::Identity(hidden, hidden));
}

}  // namespace

Repulsion repulsion(const AlignedVector<double>& centred, int pairs, int hidden, double eta, int most) {
  const Matrix g = gramOf(centred, pairs, hidden);
  struct Similar {
    double cosine;
    int j, l;
  };
  std::vector<Similar> similar;
  for (int j = 0; j < hidden; ++j)
    for (int l = j + 1; l < hidden; ++l)
      if (g(j, l) > 0) similar.push_back({g(j, l) / std::sqrt(g(j, j) * g(l, l)), j, l});
  const auto count = std::min(similar.size(), static_cast<std::size_t>(most));
  std::partial_sort(similar.begin(), similar.begin() + static_cast<std::ptrdiff_t>(count), similar.end(),
                    [](const Similar& a, const Similar& b) {
                      return a.cosine != b.cosine ? a.cosine > b.cosine : std::pair(a.j, a.l) < std::pair(b.j, b.l);
                    });
  const Matrix b = ridgeInverse(g, eta);
  Repulsion result;
  result.pairs = static_cast<int>(count);
  int negative = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Similar& pair = similar[i];
    result.cosines.push_back(pair.cosine);
    result.entries.push_back(b(pair.j, pair.l));
    result.first.push_back(pair.j);
    result.second.push_back(pair.l);
    negative += b(pair.j, pair.l) < 0;
  }
  result.share = count ? negative / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
  return result;
}

double theoryCoverage(const AlignedVector<double>& centred, const AlignedVector<double>& push,
                      const AlignedVector<double>& gradient, int pairs, int hidden, double eta) {
  const Matrix inverse = ridgeInverse(gramOf(centred, pairs, hidden), eta);
  Matrix projected(hidden, hidden), weighted(hidden, hidden);
  gemm(Transpose::Yes, Transpose::No, hidden, hidden, pairs, 1.0, centred.data(), hidden, push.data(), hidden, 0.0,
       projected.data(), hidden);
  gemm(Transpose::No, Transpose::No, hidden, hidden, hidden, 1.0, inverse.data(), hidden, projected.data(), hidden, 0.0,
       weighted.data(), hidden);
  AlignedVector<double> rest(push);
  gemm(Transpose::No, Transpose::No, pairs, hidden, hidden, -1.0, centred.data(), hidden, weighted.data(), hidden, 1.0,
       rest.data(), hidden);
  AlignedVector<double> theory(push.size());
  gemm(Transpose::No, Transpose::No, pairs, hidden, hidden, 1.0, rest.data(), hidden, inverse.data(), hidden, 0.0,
       theory.data(), hidden);
  const auto size = static_cast<Eigen::Index>(theory.size());
  const Eigen::Map<const Eigen::VectorXd> a(theory.data(), size), b(gradient.data(), size);
  const double norms = a.norm() * b.norm();
  return norms > 0 ? a.dot(b) / norms : 0;
}

}  // namespace learnscope
