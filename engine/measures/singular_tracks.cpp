// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/singular_tracks.h"

#include <algorithm>
#include <cmath>

#include "engine/core/decompositions.h"

namespace learnscope {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Pair {
  double overlap;
  Eigen::Index place, value;
};

/// For each place the value that it goes on with, or -1: the largest overlaps first.
std::vector<Eigen::Index> matched(const Eigen::MatrixXf& overlaps) {
  std::vector<Pair> pairs;
  for (Eigen::Index p = 0; p < overlaps.rows(); ++p)
    for (Eigen::Index i = 0; i < overlaps.cols(); ++i) pairs.push_back({static_cast<double>(overlaps(p, i)), p, i});
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.overlap > b.overlap; });
  std::vector<Eigen::Index> partner(static_cast<std::size_t>(overlaps.rows()), -1);
  std::vector<bool> taken(static_cast<std::size_t>(overlaps.cols()), false);
  for (const Pair& pair : pairs) {
    Eigen::Index& own = partner[static_cast<std::size_t>(pair.place)];
    if (own >= 0 || taken[static_cast<std::size_t>(pair.value)]) continue;
    own = pair.value;
    taken[static_cast<std::size_t>(pair.value)] = true;
  }
  return partner;
}

}  // namespace

std::vector<double> SingularTracks::follow(std::span<const float> matrix, int n) {
  const Eigen::MatrixXd wide = Eigen::Map<const RowMajor>(matrix.data(), n, n).cast<double>();
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(wide, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::VectorXd& values = svd.singularValues();
  const Eigen::MatrixXf left = svd.matrixU().cast<float>(), right = svd.matrixV().cast<float>();
  const auto places = static_cast<Eigen::Index>(directions_.size()) / (2 * n);
  const Eigen::Map<const RowMajor> known(directions_.data(), places, 2 * n);
  const Eigen::MatrixXf overlaps =
      (known.leftCols(n) * left).cwiseAbs().cwiseProduct((known.rightCols(n) * right).cwiseAbs());
  std::vector<Eigen::Index> order = matched(overlaps);
  std::vector<bool> taken(static_cast<std::size_t>(n), false);
  for (const Eigen::Index i : order) taken[static_cast<std::size_t>(i)] = true;
  for (Eigen::Index i = 0; i < n; ++i)
    if (!taken[static_cast<std::size_t>(i)] && values[i] > threshold * values[0]) order.push_back(i);
  directions_.resize(order.size() * 2 * static_cast<std::size_t>(n));
  Eigen::Map<RowMajor> now(directions_.data(), static_cast<Eigen::Index>(order.size()), 2 * n);
  for (std::size_t p = 0; p < order.size(); ++p)
    now.row(static_cast<Eigen::Index>(p)) << left.col(order[p]).transpose(), right.col(order[p]).transpose();
  for (const Eigen::Index i : order) taken[static_cast<std::size_t>(i)] = true;
  for (Eigen::Index i = 0; i < n; ++i)
    if (!taken[static_cast<std::size_t>(i)]) order.push_back(i);
  std::vector<double> result;
  for (const Eigen::Index i : order) result.push_back(values[i]);
  return result;
}

}  // namespace learnscope
