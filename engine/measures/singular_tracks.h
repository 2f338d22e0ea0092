// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace learnscope {

/// Follows the singular values of a square matrix through its changes: by value they swap places where two cross, so
/// each is matched to the earlier one whose directions it overlaps most, |u . u'| |v . v'|. Directions that first
/// exceed a share of the largest value later get the next place; what is below has none and follows by size.
class SingularTracks {
 public:
  static constexpr double threshold = 0.02;  ///< of the largest value: below, directions are no one's

  /// Singular values of `matrix` [n, n], row-major, in the order of their tracks: those of the places of earlier calls,
  /// then new ones, then the rest, descending.
  std::vector<double> follow(std::span<const float> matrix, int n);

  /// Directions of the places so far [places, 2, n]: u, then v.
  const std::vector<float>& directions() const { return directions_; }
  void restore(std::vector<float> directions) { directions_ = std::move(directions); }

 private:
  std::vector<float> directions_;
};

}  // namespace learnscope
