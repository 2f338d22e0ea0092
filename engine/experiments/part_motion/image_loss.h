// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/splats/differentiable.h"

namespace learnscope::partmotion {

struct ImageLossOptions {
  std::vector<int> views;  ///< of the eight
  int size = 32;           ///< pixels a side
  double alpha = 1;        ///< weight of the coverage's mean squared error
  double gradient = 0.2;   ///< weight of the edges: mean |difference of neighbours' differences| over three scales
};

/// Means over the views, unweighted.
struct ImageLosses {
  double colour = 0, alpha = 0, gradient = 0;
  double total(const ImageLossOptions& options) const {
    return colour + options.alpha * alpha + options.gradient * gradient;
  }
};

/// How pictures of two sets of Gaussians differ: MSE(rgb) + alpha MSE(coverage) + gradient * edges, on white. T is
/// float (training) or double (checks, with `exact` rasterisation).
template <class T>
class ImageLoss {
 public:
  explicit ImageLoss(bool exact = false) { raster_.exact = exact; }
  /// Compares `prediction` [count][14] with `truth` [truthCount][14] and adds `weight` times the gradient at the
  /// prediction to `byPrediction` (null: the loss alone).
  ImageLosses compare(std::span<const T> prediction, std::span<const T> truth, const ImageLossOptions& options,
                      double weight, T* byPrediction);

 private:
  double edges(int size, double weight);

  splats::GradientOptions raster_;
  splats::DifferentiableRasteriser<T> drawn_, target_;
  std::vector<T> picture_, alpha_, truePicture_, trueAlpha_, byPicture_;
  std::vector<double> level_, slope_;
};

/// Sum over scales of the mean absolute differences between neighbours of `difference` [3][size][size], divided by the
/// scales; `slope` (same shape) gets its derivative. Scale l is the mean of 2^l x 2^l pixels, l < 3.
double edgeLoss(std::span<const double> difference, int size, std::span<double> slope);

}  // namespace learnscope::partmotion
