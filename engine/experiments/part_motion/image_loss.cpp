// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/image_loss.h"

#include <cmath>

#include "engine/experiments/part_motion/world.h"

namespace learnscope::partmotion {
namespace {

constexpr int kScales = 3;

std::size_t at(int plane, int size, int y, int x) {
  return (static_cast<std::size_t>(plane) * static_cast<std::size_t>(size) + static_cast<std::size_t>(y)) *
             static_cast<std::size_t>(size) +
         static_cast<std::size_t>(x);
}

}  // namespace

double edgeLoss(std::span<const double> difference, int size, std::span<double> slope) {
  double sum = 0;
  for (double& value : slope) value = 0;
  for (int scale = 0; scale < kScales; ++scale) {
    const int cell = 1 << scale, side = size / cell;
    std::vector<double> mean(static_cast<std::size_t>(3 * side * side), 0), bySum(mean.size(), 0);
    const auto eachPixel = [&](const auto& f) {
      for (int c = 0; c < 3; ++c)
        for (int y = 0; y < side * cell; ++y)
          for (int x = 0; x < side * cell; ++x) f(at(c, size, y, x), at(c, side, y / cell, x / cell));
    };
    eachPixel([&](std::size_t pixel, std::size_t place) { mean[place] += difference[pixel] / (cell * cell); });
    const double share = 1.0 / (kScales * 3 * 2 * side * (side - 1));
    const auto compare = [&](std::size_t a, std::size_t b) {
      const double step = mean[b] - mean[a], sign = step > 0 ? 1 : step < 0 ? -1 : 0;
      sum += share * std::abs(step);
      bySum[b] += share * sign;
      bySum[a] -= share * sign;
    };
    for (int c = 0; c < 3; ++c)
      for (int i = 0; i < side; ++i)
        for (int k = 0; k + 1 < side; ++k) {
          compare(at(c, side, i, k), at(c, side, i, k + 1));
          compare(at(c, side, k, i), at(c, side, k + 1, i));
        }
    eachPixel([&](std::size_t pixel, std::size_t place) { slope[pixel] += bySum[place] / (cell * cell); });
  }
  return sum;
}

template <class T>
double ImageLoss<T>::edges(int size, double weight) {
  level_.resize(picture_.size());
  slope_.resize(picture_.size());
  for (std::size_t i = 0; i < picture_.size(); ++i)
    level_[i] = static_cast<double>(picture_[i]) - static_cast<double>(truePicture_[i]);
  const double loss = edgeLoss(level_, size, slope_);
  for (std::size_t i = 0; i < picture_.size(); ++i) byPicture_[i] += static_cast<T>(weight * slope_[i]);
  return loss;
}

template <class T>
ImageLosses ImageLoss<T>::compare(std::span<const T> prediction, std::span<const T> truth,
                                  const ImageLossOptions& options, double weight, T* byPrediction) {
  ImageLosses losses;
  const auto pixels = static_cast<std::size_t>(options.size) * static_cast<std::size_t>(options.size);
  const double share = 1.0 / static_cast<double>(options.views.size());
  for (auto* buffer : {&picture_, &truePicture_, &byPicture_}) buffer->resize(3 * pixels);
  for (auto* buffer : {&alpha_, &trueAlpha_}) buffer->resize(pixels);
  for (const int view : options.views) {
    const splats::SplatCamera camera = orbitCamera(view, options.size);
    target_.forward(truth.data(), truth.size() / splats::kGaussianValues, camera, raster_, truePicture_.data(),
                    trueAlpha_.data());
    drawn_.forward(prediction.data(), prediction.size() / splats::kGaussianValues, camera, raster_, picture_.data(),
                   alpha_.data());
    double colour = 0, alpha = 0;
    const double byColour = 2 * weight * share / static_cast<double>(3 * pixels);
    for (std::size_t i = 0; i < picture_.size(); ++i) {
      const double difference = static_cast<double>(picture_[i]) - static_cast<double>(truePicture_[i]);
      colour += difference * difference;
      byPicture_[i] = static_cast<T>(byColour * difference);
    }
    losses.gradient += share * edges(options.size, weight * share * options.gradient);
    const double byAlpha = 2 * weight * share * options.alpha / static_cast<double>(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
      const double difference = static_cast<double>(alpha_[i]) - static_cast<double>(trueAlpha_[i]);
      alpha += difference * difference;
      trueAlpha_[i] = static_cast<T>(byAlpha * difference);
    }
    losses.colour += share * colour / static_cast<double>(3 * pixels);
    losses.alpha += share * alpha / static_cast<double>(pixels);
    if (byPrediction) drawn_.backward(prediction.data(), byPicture_.data(), trueAlpha_.data(), byPrediction);
  }
  return losses;
}

template class ImageLoss<float>;
template class ImageLoss<double>;

}  // namespace learnscope::partmotion
