// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace learnscope::splats {

inline constexpr int kTile = 16;  ///< pixels a side
inline constexpr int kTilePixels = kTile * kTile;
inline constexpr int kProjectBlock = 256;       ///< splats projected at once
inline constexpr float kAlphaCut = 1.0F / 255;  ///< a splat's share of a pixel below is left out
inline constexpr float kMostAlpha = 0.99F;
inline constexpr float kLowPass = 0.3F;            ///< px^2, added to every screen covariance
inline constexpr float kTransmittanceCut = 1e-3F;  ///< a pixel that lets less through is finished

/// What projection reads: `count` splats (at most kProjectBlock).
struct ProjectInput {
  const float* position[3];
  const float* covariance[6];  ///< world: xx, xy, xz, yy, yz, zz
  const float* opacity;
  int count;
};

struct ProjectView {
  float rotation[9], translation[3];
  float focalX, focalY, centreX, centreY, width, height;
  float limitX, limitY;  ///< of x/z and y/z inside the Jacobian: 1.3 tan(fov / 2)
  float nearest;
  float scaleSquared;  ///< factor of all covariances
  float opacityCut;    ///< splats below are left out
  bool orthographic;
  bool compensated;  ///< the Mip correction: opacity * sqrt(det without / det with the low pass)
  bool solid;        ///< ellipsoids at one sigma instead of Gaussians: extents and depths of those
};

/// What projection writes, lane by lane.
struct ProjectOutput {
  alignas(64) float meanX[kProjectBlock], meanY[kProjectBlock];
  /// log2 of a splat's alpha at distance d from its mean is a dx^2 + b dx dy + c dy^2 + logOpacity.
  alignas(64) float a[kProjectBlock], b[kProjectBlock], c[kProjectBlock], logOpacity[kProjectBlock];
  alignas(64) float extentX[kProjectBlock], extentY[kProjectBlock];  ///< pixels; < 0: not visible
  alignas(64) float depth[kProjectBlock];                            ///< t_z
  /// Solid only: the depth of an ellipsoid's front at d is depth + slope . d - thickness sqrt(1 - m(d)).
  alignas(64) float slopeX[kProjectBlock], slopeY[kProjectBlock], thickness[kProjectBlock];
};

/// A splat on the screen. 48 bytes.
struct ScreenSplat {
  float meanX, meanY, a, b, c, logOpacity;
  float red, green, blue;
  float extentX, extentY;
  std::uint32_t source;  ///< its index in the set
};
static_assert(sizeof(ScreenSplat) == 48);

struct SolidDepth {
  float depth, slopeX, slopeY, thickness;
};

/// Premultiplied colour and what is let through, of a tile's 16 rows of 16 pixels.
struct TilePixels {
  alignas(64) float red[kTilePixels], green[kTilePixels], blue[kTilePixels], through[kTilePixels];
};

/// The loops over splats and pixels, built once for the baseline CPU and once for AVX2+FMA.
struct SplatKernels {
  void (*project)(const ProjectInput& input, const ProjectView& view, ProjectOutput& output);
  /// Blends the splats of `list`, nearest first, into the tile whose first pixel is (left, top).
  void (*blendTile)(const ScreenSplat* splats, const std::uint32_t* list, std::uint32_t count, int left, int top,
                    TilePixels& tile);
  /// Draws the ellipsoids of `list` (any order) with a depth of their own for every pixel; `flat`: without shading.
  void (*solidTile)(const ScreenSplat* splats, const SolidDepth* depths, const std::uint32_t* list, std::uint32_t count,
                    int left, int top, bool flat, TilePixels& tile);
  /// rgb = max(0, base + sum of harmonics of bands 1..degree in the direction from the eye) of `blocks` blocks of 16
  /// splats (arrays padded to whole blocks). `stored` is the set's degree, which its blocks of harmonics are laid out
  /// for.
  void (*harmonicColours)(const float* const position[3], const float* const base[3], const float* harmonics,
                          int stored, int degree, const float eye[3], long blocks, float* const rgb[3]);
  /// Rows of a tile over a background (premultiplied, 0..1) to 8-bit 0xAARRGGBB, premultiplied.
  void (*packTile)(const TilePixels& tile, const float background[4], int columns, int rows, std::uint32_t* pixels,
                   long stride);
};

/// The fastest set this CPU can run, and the one every CPU can run (for tests).
const SplatKernels& splatKernels();
const SplatKernels& baselineSplatKernels();

}  // namespace learnscope::splats

namespace learnscope::avx2 {
/// Defined in splat_kernels_avx2.cpp; call only on a CPU with AVX2 and FMA.
const splats::SplatKernels& splatKernels();
}  // namespace learnscope::avx2
