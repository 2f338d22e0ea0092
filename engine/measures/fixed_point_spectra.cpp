// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/decompositions.h"
#include "engine/measures/fixed_point_search.h"

namespace learnscope {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr double kNeutral = 1e-3;  // |lambda - 1| of a direction along which the point could slide
constexpr int kLeastContinuum = 20;

int neutralDirections(const FixedPoint& point) {
  return static_cast<int>(std::count_if(point.eigenvalues.begin(), point.eigenvalues.end(),
                                        [](std::complex<double> l) { return std::abs(l - 1.0) < kNeutral; }));
}

/// Single-linkage clusters by union-find.
class Clusters {
 public:
  explicit Clusters(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) { parent_[root(a)] = root(b); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

void FixedPointSearch::findSpectrum(FixedPoint& point) const {
  double squared = 0;
  for (const double value : point.state) squared += value * value;
  if (map_.homogeneous() && squared < 1e-12) return;  // undefined at the kink of every unit
  RowMatrix jacobian(dimension_, dimension_);
  map_.jacobian(point.state.data(), jacobian.data());
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(Eigen::MatrixXd(jacobian), options_.spectra);
  const auto& values = solver.eigenvalues();
  std::vector<Eigen::Index> order(size());
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return std::abs(values[a]) > std::abs(values[b]); });
  point.eigenvalues.clear();
  point.unstable = 0;
  for (const Eigen::Index i : order) {
    point.eigenvalues.push_back(values[i]);
    point.unstable += std::abs(values[i]) > 1;
  }
  if (!options_.spectra) return;
  const auto vectors = solver.eigenvectors();
  const std::size_t shown = std::min<std::size_t>(3, size());
  point.directions.assign(shown * size(), 0.0);
  for (std::size_t k = 0; k < shown; ++k) {
    // The second of a conjugate pair shows the imaginary part: together they span the plane of rotation.
    const bool second = point.eigenvalues[k].imag() != 0 && k > 0 &&
                        std::abs(point.eigenvalues[k] - std::conj(point.eigenvalues[k - 1])) < 1e-12;
    Eigen::VectorXd direction = second ? vectors.col(order[k]).imag().eval() : vectors.col(order[k]).real().eval();
    if (const double norm = direction.norm(); norm > 0) direction /= norm;
    std::copy_n(direction.data(), size(), point.directions.begin() + static_cast<long>(k * size()));
  }
}

// Linked are points nearer than four times the median distance to the nearest neighbour.
void FixedPointSearch::findContinua(FixedPoints& result) const {
  std::vector<std::size_t> neutral;
  for (std::size_t i = 0; i < result.points.size(); ++i)
    if (neutralDirections(result.points[i]) > 0) neutral.push_back(i);
  if (neutral.size() < kLeastContinuum) return;
  const auto apart = [&](std::size_t a, std::size_t b) {
    return distance(result.points[neutral[a]].state.data(), result.points[neutral[b]].state.data());
  };
  std::vector<double> nearest(neutral.size(), std::numeric_limits<double>::infinity());
  for (std::size_t a = 0; a < neutral.size(); ++a)
    for (std::size_t b = 0; b < neutral.size(); ++b)
      if (a != b) nearest[a] = std::min(nearest[a], apart(a, b));
  std::vector<double> sorted = nearest;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<long>(sorted.size() / 2), sorted.end());
  const double link = 4 * sorted[sorted.size() / 2];
  Clusters clusters(neutral.size());
  for (std::size_t a = 0; a < neutral.size(); ++a)
    for (std::size_t b = a + 1; b < neutral.size(); ++b)
      if (apart(a, b) < link) clusters.join(a, b);
  for (std::size_t root = 0; root < neutral.size(); ++root) {
    if (clusters.root(root) != root) continue;
    std::vector<std::size_t> members;
    std::vector<int> dimensions;
    for (std::size_t a = 0; a < neutral.size(); ++a)
      if (clusters.root(a) == root) {
        members.push_back(neutral[a]);
        dimensions.push_back(neutralDirections(result.points[neutral[a]]));
      }
    if (members.size() < kLeastContinuum) continue;
    std::nth_element(dimensions.begin(), dimensions.begin() + static_cast<long>(dimensions.size() / 2),
                     dimensions.end());
    for (const std::size_t member : members) result.points[member].continuum = static_cast<int>(result.continua.size());
    result.continua.push_back({static_cast<int>(members.size()), dimensions[dimensions.size() / 2]});
  }
}

}  // namespace learnscope
