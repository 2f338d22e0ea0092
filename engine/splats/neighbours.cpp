// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/neighbours.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

namespace learnscope::splats {
namespace {

constexpr std::size_t kLeaf = 8;

/// An implicit k-d tree: `order` is split at its middle along the widest axis of each range.
class KdTree {
 public:
  explicit KdTree(const std::array<AlignedVector<float>, 3>& points) : points_(points), order_(points[0].size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    axis_.resize(order_.size());
    split(0, order_.size());
  }

  /// Squared distances to the k nearest others of point i, rising, into `best` (infinite where there are none).
  void nearest(std::uint32_t i, std::vector<float>& best) const {
    std::fill(best.begin(), best.end(), std::numeric_limits<float>::infinity());
    search(0, order_.size(), i, best);
  }
  std::uint32_t at(std::size_t place) const { return order_[place]; }

 private:
  void split(std::size_t first, std::size_t last) {
    if (last - first <= kLeaf) return;
    int widest = 0;
    float width = -1;
    for (int axis = 0; axis < 3; ++axis) {
      float low = std::numeric_limits<float>::infinity(), high = -low;
      for (std::size_t k = first; k < last; ++k) {
        low = std::min(low, value(axis, order_[k]));
        high = std::max(high, value(axis, order_[k]));
      }
      if (high - low > width) {
        width = high - low;
        widest = axis;
      }
    }
    const std::size_t middle = first + (last - first) / 2;
    const auto begin = order_.begin();
    std::nth_element(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(middle),
                     begin + static_cast<std::ptrdiff_t>(last),
                     [&](std::uint32_t a, std::uint32_t b) { return value(widest, a) < value(widest, b); });
    axis_[middle] = static_cast<std::uint8_t>(widest);
    split(first, middle);
    split(middle + 1, last);
  }

  void search(std::size_t first, std::size_t last, std::uint32_t i, std::vector<float>& best) const {
    if (last - first <= kLeaf) {
      for (std::size_t k = first; k < last; ++k) offer(order_[k], i, best);
      return;
    }
    const std::size_t middle = first + (last - first) / 2;
    const float offset = value(axis_[middle], i) - value(axis_[middle], order_[middle]);
    offer(order_[middle], i, best);
    const bool left = offset < 0;
    left ? search(first, middle, i, best) : search(middle + 1, last, i, best);
    if (offset * offset < best.back()) left ? search(middle + 1, last, i, best) : search(first, middle, i, best);
  }

  void offer(std::uint32_t other, std::uint32_t i, std::vector<float>& best) const {
    if (other == i) return;
    float d = 0;
    for (int axis = 0; axis < 3; ++axis) {
      const float step = value(axis, other) - value(axis, i);
      d += step * step;
    }
    if (d >= best.back()) return;
    best.back() = d;
    for (std::size_t k = best.size() - 1; k > 0 && best[k] < best[k - 1]; --k) std::swap(best[k], best[k - 1]);
  }

  float value(int axis, std::uint32_t i) const { return points_[static_cast<std::size_t>(axis)][i]; }

  const std::array<AlignedVector<float>, 3>& points_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint8_t> axis_;
};

}  // namespace

std::vector<float> neighbourDistances(const std::array<AlignedVector<float>, 3>& points, int k,
                                      const Progress& progress) {
  const std::size_t n = points[0].size();
  std::vector<float> mean(n), best(static_cast<std::size_t>(k));
  const KdTree tree(points);
  for (std::size_t place = 0; place < n; ++place) {
    if (place % 1024 == 0)
      progress.report(static_cast<double>(place) / static_cast<double>(n), LS_TR("finding neighbours"));
    const std::uint32_t i = tree.at(place);
    tree.nearest(i, best);
    float sum = 0;
    int found = 0;
    for (const float d : best) {
      if (!std::isfinite(d)) break;
      sum += std::sqrt(d);
      ++found;
    }
    mean[i] = found > 0 ? sum / static_cast<float>(found) : 0;
  }
  return mean;
}

}  // namespace learnscope::splats
