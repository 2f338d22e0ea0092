// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace learnscope {

/// Mean squared difference of two pictures of as many numbers.
double meanSquaredError(std::span<const float> a, std::span<const float> b);

/// Peak signal-to-noise ratio of values in 0..1 from their mean squared error: -10 log10(MSE), dB. At most 60: what is
/// closer than 8-bit pictures can tell counts as equal.
double peakSignalToNoise(double meanSquaredError);
inline constexpr double kLargestPsnr = 60;

/// Structural similarity of two pictures [channels][height][width] with values in 0..1, in -1..1 (Wang et al. 2004):
/// Gaussian window 11 x 11 of sigma 1.5, C1 = 0.01^2, C2 = 0.03^2, mean over the places where the window fits and over
/// channels. Both sides must be at least 11; throws std::invalid_argument.
double structuralSimilarity(std::span<const float> a, std::span<const float> b, int channels, int height, int width);

}  // namespace learnscope
