// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace learnscope {

/// Principal components of N points in D dimensions.
struct Pca {
  int points = 0, dimensions = 0, components = 0;
  std::vector<double> mean;  ///< [D]
  std::vector<double> axes;  ///< [components][D], orthonormal (a zero row where the data has no further direction)
  std::vector<double> coordinates;  ///< [N][components], centred
  std::vector<double> variance;     ///< [components], descending, of the coordinates (divisor N)
  double totalVariance = 0;
};

/// The `components` leading principal components of values [N][D], by eigenvalues of the smaller of the two Gram
/// matrices. The sign of a component makes its largest coordinate positive, so equal data gives equal signs.
Pca principalComponents(std::span<const double> values, int points, int dimensions, int components);

/// Turns and mirrors `coordinates` [N][C] in place onto `previous` [N][C] (orthogonal Procrustes: the orthogonal R that
/// minimises
/// ||coordinates R - previous||_F; Schoenemann 1966), so that an animated projection neither flips nor jumps where two
/// components have equal variance. Distances do not change.
void alignToPrevious(std::span<double> coordinates, std::span<const double> previous, int points, int components);

}  // namespace learnscope
