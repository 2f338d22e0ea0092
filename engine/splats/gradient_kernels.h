// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace learnscope::splats {

inline constexpr int kGradientTile = 8;  ///< pixels a side
inline constexpr int kGradientPixels = kGradientTile * kGradientTile;

/// A splat on the screen, or the gradient of a loss with respect to one. The conic is the inverse of its covariance:
/// alpha = opacity exp(-(xx dx^2 + 2 xy dx dy + yy dy^2) / 2).
template <class T>
struct BlendedSplat {
  T meanX, meanY, xx, xy, yy, opacity, red, green, blue;
};

/// Sums of a tile's pixels: premultiplied colour, and what is let through.
template <class T>
struct BlendedPixels {
  alignas(64) T red[kGradientPixels], green[kGradientPixels], blue[kGradientPixels], through[kGradientPixels];
};

/// The loops of the differentiable rasteriser, built once for the baseline CPU and once for AVX2+FMA. `exact` leaves
/// out the cut at alpha < 1/255 and the cap at 0.99, which have no derivative.
template <class T>
struct GradientKernels {
  /// Blends the splats of `list`, nearest first, into the tile at (left, top).
  void (*forward)(const BlendedSplat<T>* splats, const std::uint32_t* list, std::uint32_t count, int left, int top,
                  bool exact, BlendedPixels<T>& out);
  /// Given the sums of forward() and the loss's gradient with respect to them, adds the gradient of every splat of the
  /// list. The list is walked forward again; colour behind a splat is the total minus what has been passed.
  void (*backward)(const BlendedSplat<T>* splats, const std::uint32_t* list, std::uint32_t count, int left, int top,
                   bool exact, const BlendedPixels<T>& total, const BlendedPixels<T>& loss, BlendedSplat<T>* gradient);
};

/// The fastest set this CPU can run; T is float or double.
template <class T>
const GradientKernels<T>& gradientKernels();

}  // namespace learnscope::splats

namespace learnscope::avx2 {
/// Defined in gradient_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
const splats::GradientKernels<float>& floatGradientKernels();
const splats::GradientKernels<double>& doubleGradientKernels();
}  // namespace learnscope::avx2
