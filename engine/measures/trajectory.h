// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace learnscope {

/// Gaussian filter of `sigma` samples, kernel cut at `truncate` sigma and normalised; ends are continued by their
/// value.
std::vector<double> gaussianSmoothed(std::span<const double> values, double sigma, double truncate = 4);

/// A path in `dimensions` coordinates, sampled at ascending steps.
struct Trajectory {
  int dimensions = 2;
  std::vector<double> steps;
  std::vector<double> points;  ///< [samples][dimensions]
  std::size_t size() const { return steps.size(); }
};

/// Linear interpolation at first, first + spacing, ... up to the last step; first is the first step rounded up to a
/// multiple of the spacing.
Trajectory resampled(const Trajectory& path, double spacing);
/// Every coordinate smoothed.
Trajectory smoothed(const Trajectory& path, double sigma, double truncate = 4);

/// Norm of the derivative by steps: central differences, one-sided at the ends [samples].
std::vector<double> speeds(const Trajectory& path);

struct Turn {
  double step = 0;   ///< interpolated
  double angle = 0;  ///< degrees
};
/// Places where the chord of arc length `chord` ahead leaves that behind by at least `least` degrees and by more than
/// anywhere within `chord` along the path, in order. Both chords must lie on the path.
std::vector<Turn> turns(const Trajectory& path, double chord, double least);

}  // namespace learnscope
