// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/fixed_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/measures/fixed_point_search.h"
#include "engine/models/blas.h"

namespace learnscope {
namespace {

double halfSquare(const double* values, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += values[i] * values[i];
  return 0.5 * sum;
}

}  // namespace

int FixedPoints::unsolved() const { return static_cast<int>(std::count(pointOfStart.begin(), pointOfStart.end(), -1)); }

LevenbergMarquardt::LevenbergMarquardt(const RecurrentMap& map, const FixedPointOptions& options)
    : map_(map), options_(options) {
  const auto d = static_cast<std::size_t>(map.dimension());
  for (auto* vector : {&residual_, &next_, &trial_, &gradient_, &step_}) vector->resize(d);
  for (auto* matrix : {&jacobian_, &normal_, &damped_}) matrix->resize(d * d);
}

// (J'J + mu I) step = -J'r with r = F(h) - h, J = F' - I; mu = damping * min(1, |r|) vanishes near the solution, so
// that the convergence stays quadratic there.
double LevenbergMarquardt::solve(double* state) {
  const int d = map_.dimension();
  const auto size = static_cast<std::size_t>(d);
  const auto residualAt = [&](const double* h, AlignedVector<double>& r) {
    map_.step(h, 1, r.data());
    for (std::size_t i = 0; i < size; ++i) r[i] -= h[i];
    return halfSquare(r.data(), size);
  };
  double q = residualAt(state, residual_), damping = 1e-3;
  for (int iteration = 0; iteration < options_.iterations && q >= options_.stopSpeed && std::isfinite(q); ++iteration) {
    map_.jacobian(state, jacobian_.data());
    for (std::size_t i = 0; i < size; ++i) jacobian_[i * size + i] -= 1;
    gramOfColumns(d, d, 1.0, jacobian_.data(), 0.0, normal_.data());
    gemv(Transpose::Yes, d, d, -1.0, jacobian_.data(), d, residual_.data(), 0.0, gradient_.data());
    bool moved = false;
    for (int attempt = 0; attempt < 12 && !moved; ++attempt) {
      damped_ = normal_;
      step_ = gradient_;
      const double mu = damping * std::min(1.0, std::sqrt(2 * q));
      for (std::size_t i = 0; i < size; ++i) damped_[i * size + i] += mu;
      ++solves_;
      double trialQ = std::numeric_limits<double>::infinity();
      if (solvePositive(d, damped_.data(), step_.data())) {
        for (std::size_t i = 0; i < size; ++i) trial_[i] = state[i] + step_[i];
        trialQ = residualAt(trial_.data(), next_);
      }
      moved = trialQ < q;
      damping = moved ? std::max(damping / 5, 1e-12) : damping * 5;
      if (!moved) continue;
      std::copy(trial_.begin(), trial_.end(), state);
      residual_.swap(next_);
      q = trialQ;
    }
    if (!moved) break;
  }
  return q;
}

FixedPoints findFixedPoints(const RecurrentMap& map, std::span<const double> starts, const FixedPointOptions& options,
                            const std::function<void(double)>& report) {
  FixedPointSearch search(map, starts, options, report);
  search.solveLeaders();
  search.follow();
  search.solveRest();
  search.solveBoundaries();
  return search.finish();
}

bool reluRegionFixedPoint(const ElmanMap& map, double* state, int iterations,
                          const std::function<void(const double*)>& visit) {
  const int d = map.dimension();
  const auto size = static_cast<std::size_t>(d);
  std::vector<double> matrix(size * size), work(32 * size), z(size), drive(size);
  std::vector<int> pivots(size);
  std::vector<std::uint8_t> active, before;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    std::copy(map.b().begin(), map.b().end(), z.begin());
    gemv(Transpose::No, d, d, 1.0, map.w().data(), d, state, 1.0, z.data());
    active.assign(size, 0);
    for (std::size_t i = 0; i < size; ++i) active[i] = z[i] > 0;
    if (active == before) return true;
    before = active;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j)
        matrix[i * size + j] = (i == j) - (active[i] ? map.w()[i * size + j] : 0.0);
      drive[i] = active[i] ? map.b()[i] : 0.0;
    }
    if (!invert(d, matrix.data(), pivots.data(), work.data())) return false;
    gemv(Transpose::No, d, d, 1.0, matrix.data(), d, drive.data(), 0.0, state);
    if (visit) visit(state);
  }
  return false;
}

}  // namespace learnscope
