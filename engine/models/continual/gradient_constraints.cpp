// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/continual/gradient_constraints.h"

#include <cmath>

#include "engine/models/blas.h"

namespace learnscope::continual {
namespace {

/// Lawson and Hanson's active set (Solving Least Squares Problems, 1974, ch. 23) for w = v - margin >= 0.
class ActiveSet {
 public:
  ActiveSet(std::span<const double> a, std::vector<double> b)
      : a_(a), b_(std::move(b)), w_(b_.size(), 0.0), free_(b_.size(), false) {
    for (const double value : a_) scale_ = std::max(scale_, std::abs(value));
    for (const double value : b_) slack_ = std::max(slack_, 1e-12 * std::abs(value));
  }

  bool solve() {
    for (std::size_t round = 0; round < 30 * (b_.size() + 1); ++round) {
      const std::size_t entering = mostViolated();
      if (entering == b_.size()) return true;
      free_[entering] = true;
      if (!settle()) return false;
    }
    return false;
  }
  const std::vector<double>& result() const { return w_; }

 private:
  // The bound multiplier whose growth lowers the objective fastest, or k.
  std::size_t mostViolated() const {
    std::size_t best = b_.size();
    double steepest = -slack_;
    for (std::size_t i = 0; i < b_.size(); ++i) {
      double slope = b_[i];
      for (std::size_t j = 0; j < b_.size(); ++j) slope += a_[i * b_.size() + j] * w_[j];
      if (!free_[i] && slope < steepest) {
        steepest = slope;
        best = i;
      }
    }
    return best;
  }

  // Solves for the free multipliers; those that would turn negative go back to their bound.
  bool settle() {
    for (;;) {
      std::vector<std::size_t> index;
      for (std::size_t i = 0; i < b_.size(); ++i)
        if (free_[i]) index.push_back(i);
      std::vector<double> matrix, goal;
      for (const std::size_t i : index) {
        for (const std::size_t j : index) matrix.push_back(a_[i * b_.size() + j]);
        goal.push_back(-b_[i]);
      }
      for (std::size_t i = 0; i < index.size(); ++i)
        if (!(matrix[i * index.size() + i] > 1e-14 * scale_)) return false;
      if (!index.empty() && !solvePositive(static_cast<int>(index.size()), matrix.data(), goal.data())) return false;
      double step = 1;
      for (std::size_t n = 0; n < index.size(); ++n)
        if (goal[n] <= 0) step = std::min(step, w_[index[n]] / (w_[index[n]] - goal[n]));
      bool left = false;
      for (std::size_t n = 0; n < index.size(); ++n) {
        double& w = w_[index[n]];
        w += step * (goal[n] - w);
        if (goal[n] > 0 || w > 1e-15) continue;
        w = 0;
        free_[index[n]] = false;
        left = true;
      }
      if (!left) return true;
    }
  }

  std::span<const double> a_;
  std::vector<double> b_, w_;
  std::vector<bool> free_;
  double scale_ = 0, slack_ = 1e-300;
};

}  // namespace

std::vector<double> constrainedMultipliers(std::span<const double> a, std::span<const double> b, double margin) {
  const std::size_t k = b.size();
  std::vector<double> shifted(b.begin(), b.end());
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j) shifted[i] += margin * a[i * k + j];
  ActiveSet set(a, std::move(shifted));
  if (!set.solve()) return {};
  std::vector<double> v = set.result();
  for (double& value : v) value += margin;
  return v;
}

}  // namespace learnscope::continual
