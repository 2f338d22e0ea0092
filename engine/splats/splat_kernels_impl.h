// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file; the rules of models/two_layer_kernels_impl.h hold.
#pragma once

#include "engine/models/kernel_math.h"
#include "engine/splats/splat_kernels.h"

#define LS_RESTRICT __restrict__

namespace learnscope::splats {
namespace {

constexpr float kLog2E = 1.44269504F;

// 2^x for x in [-126, 0] or so: 2^k * Taylor(f ln 2), |f| <= 1/2, degree 6 leaves 2e-7.
inline float exp2Of(float x) {
  x = x < -126.0F ? -126.0F : x;
  constexpr float kMagic = 12582912.0F;  // 1.5 * 2^23
  const float shifted = x + kMagic;
  const float f = x - (shifted - kMagic);
  float p = 1.54035304e-4F;
  p = p * f + 1.33335581e-3F;
  p = p * f + 9.61812911e-3F;
  p = p * f + 5.55041087e-2F;
  p = p * f + 2.40226507e-1F;
  p = p * f + 6.93147181e-1F;
  p = p * f + 1.0F;
  int bits;
  __builtin_memcpy(&bits, &shifted, sizeof bits);
  bits = static_cast<int>((static_cast<unsigned>(bits) + 127U) << 23);
  float power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return p * power;
}

inline float clampedTo(float x, float limit) {
  x = x < -limit ? -limit : x;
  return x > limit ? limit : x;
}

// EWA projection (Zwicker 2001; Kerbl 2023, eq. 5): Sigma' = J W Sigma W^T J^T + 0.3 I.
template <bool Solid>
void projectLanes(const ProjectInput& in, const ProjectView& view, ProjectOutput& out) {
  const float* LS_RESTRICT x = in.position[0];
  const float* LS_RESTRICT y = in.position[1];
  const float* LS_RESTRICT z = in.position[2];
  const float* LS_RESTRICT xx = in.covariance[0];
  const float* LS_RESTRICT xy = in.covariance[1];
  const float* LS_RESTRICT xz = in.covariance[2];
  const float* LS_RESTRICT yy = in.covariance[3];
  const float* LS_RESTRICT yz = in.covariance[4];
  const float* LS_RESTRICT zz = in.covariance[5];
  const float* LS_RESTRICT opacity = in.opacity;
  const ProjectView v = view;
  const float* w = v.rotation;
#pragma GCC ivdep
  for (int i = 0; i < in.count; ++i) {
    const float tx = w[0] * x[i] + w[1] * y[i] + w[2] * z[i] + v.translation[0];
    const float ty = w[3] * x[i] + w[4] * y[i] + w[5] * z[i] + v.translation[1];
    const float tz = w[6] * x[i] + w[7] * y[i] + w[8] * z[i] + v.translation[2];
    const float inverse = v.orthographic ? 1.0F : 1.0F / (tz > v.nearest ? tz : v.nearest);
    const float u = tx * inverse, t = ty * inverse;
    const float tilt = v.orthographic ? 0.0F : 1.0F;
    const float j0 = v.focalX * inverse, j1 = v.focalY * inverse;
    const float j2 = -j0 * clampedTo(u, v.limitX) * tilt, j3 = -j1 * clampedTo(t, v.limitY) * tilt;
    // Rows of J W.
    const float m0 = j0 * w[0] + j2 * w[6], m1 = j0 * w[1] + j2 * w[7], m2 = j0 * w[2] + j2 * w[8];
    const float n0 = j1 * w[3] + j3 * w[6], n1 = j1 * w[4] + j3 * w[7], n2 = j1 * w[5] + j3 * w[8];
    const float p0 = xx[i] * m0 + xy[i] * m1 + xz[i] * m2, p1 = xy[i] * m0 + yy[i] * m1 + yz[i] * m2,
                p2 = xz[i] * m0 + yz[i] * m1 + zz[i] * m2;
    const float q0 = xx[i] * n0 + xy[i] * n1 + xz[i] * n2, q1 = xy[i] * n0 + yy[i] * n1 + yz[i] * n2,
                q2 = xz[i] * n0 + yz[i] * n1 + zz[i] * n2;
    const float sharpXX = v.scaleSquared * (m0 * p0 + m1 * p1 + m2 * p2);
    const float sharpXY = v.scaleSquared * (n0 * p0 + n1 * p1 + n2 * p2);
    const float sharpYY = v.scaleSquared * (n0 * q0 + n1 * q1 + n2 * q2);
    const float sxx = sharpXX + kLowPass, syy = sharpYY + kLowPass;
    const float det = sxx * syy - sharpXY * sharpXY;
    const float sharpDet = sharpXX * sharpYY - sharpXY * sharpXY;
    const float ratio = (sharpDet > 0.0F ? sharpDet : 0.0F) / det;
    const float o = opacity[i] * (v.compensated ? squareRoot(ratio) : 1.0F);
    const float inverseDet = 1.0F / det;
    const float half = -0.5F * kLog2E * inverseDet;
    out.a[i] = half * syy;
    out.b[i] = -2.0F * half * sharpXY;
    out.c[i] = half * sxx;
    // Where o exp(-m / 2) falls below the cut: m = 2 ln(255 o).
    const float most = 2.0F * logarithm(255.0F * (o > 1e-6F ? o : 1e-6F));
    const float reach = Solid ? 1.0F : (most > 0.0F ? most : 0.0F);
    const float extentX = squareRoot(reach * sxx), extentY = squareRoot(reach * syy);
    const float px = u * v.focalX + v.centreX, py = t * v.focalY + v.centreY;
    // Written so that anything not finite is not visible.
    const bool visible = (tz >= v.nearest) & (o >= kAlphaCut) & (opacity[i] >= v.opacityCut) & (det > 0.0F) &
                         (px + extentX > 0.0F) & (px - extentX < v.width) & (py + extentY > 0.0F) &
                         (py - extentY < v.height) & (extentX < 1e9F) & (extentY < 1e9F);
    out.meanX[i] = px;
    out.meanY[i] = py;
    out.logOpacity[i] = kLog2E * logarithm(o > 1e-6F ? o : 1e-6F);
    out.extentX[i] = visible ? extentX : -1.0F;
    out.extentY[i] = extentY;
    out.depth[i] = tz;
    if constexpr (Solid) {
      // Conditional depth of the Gaussian given the place on the screen: slope and standard deviation.
      const float cx = v.scaleSquared * (w[6] * p0 + w[7] * p1 + w[8] * p2);
      const float cy = v.scaleSquared * (w[6] * q0 + w[7] * q1 + w[8] * q2);
      const float e0 = xx[i] * w[6] + xy[i] * w[7] + xz[i] * w[8], e1 = xy[i] * w[6] + yy[i] * w[7] + yz[i] * w[8],
                  e2 = xz[i] * w[6] + yz[i] * w[7] + zz[i] * w[8];
      const float czz = v.scaleSquared * (w[6] * e0 + w[7] * e1 + w[8] * e2);
      const float slopeX = (syy * cx - sharpXY * cy) * inverseDet, slopeY = (sxx * cy - sharpXY * cx) * inverseDet;
      const float rest = czz - slopeX * cx - slopeY * cy;
      out.slopeX[i] = slopeX;
      out.slopeY[i] = slopeY;
      out.thickness[i] = squareRoot(rest > 0.0F ? rest : 0.0F);
    }
  }
}

void projectKernel(const ProjectInput& in, const ProjectView& view, ProjectOutput& out) {
  view.solid ? projectLanes<true>(in, view, out) : projectLanes<false>(in, view, out);
}

/// First and last row (or column) of a tile that mean +- extent reaches; first > last if none.
struct Reach {
  int first, last;
};
inline Reach reachOf(float mean, float extent, int origin) {
  const float low = mean - extent - 0.5F - static_cast<float>(origin);
  const float high = mean + extent - 0.5F - static_cast<float>(origin);
  const int first = low <= 0.0F ? 0 : (low > kTile ? kTile : static_cast<int>(low));
  const int last = high >= kTile - 1 ? kTile - 1 : (high < 0.0F ? -1 : static_cast<int>(high));
  return {first, last};
}

constexpr int kHalf = 8;
constexpr std::uint32_t kPatience = 16;  // splats between two looks at what is finished

/// Blends one splat into 8 pixels of a row.
inline void blendHalf(const ScreenSplat& s, float firstX, float dy, float* LS_RESTRICT red, float* LS_RESTRICT green,
                      float* LS_RESTRICT blue, float* LS_RESTRICT through) {
  const float bdy = s.b * dy, cdy = s.c * dy * dy + s.logOpacity;
  for (int i = 0; i < kHalf; ++i) {
    const float dx = firstX + static_cast<float>(i);
    const float raw = exp2Of((s.a * dx + bdy) * dx + cdy);
    const float capped = raw > kMostAlpha ? kMostAlpha : raw;
    const float alpha = capped < kAlphaCut ? 0.0F : capped;
    const float weight = alpha * through[i];
    red[i] += weight * s.red;
    green[i] += weight * s.green;
    blue[i] += weight * s.blue;
    through[i] -= weight;
  }
}

/// Bit h of the result: whether half h (two a row) of the tile still lets something through.
inline unsigned openHalves(const TilePixels& tile) {
  unsigned open = 0;
  for (int h = 0; h < 2 * kTile; ++h) {
    float most = 0;
    for (int i = 0; i < kHalf; ++i) most = tile.through[h * kHalf + i] > most ? tile.through[h * kHalf + i] : most;
    open |= static_cast<unsigned>(most >= kTransmittanceCut) << h;
  }
  return open;
}

void blendTileKernel(const ScreenSplat* splats, const std::uint32_t* list, std::uint32_t count, int left, int top,
                     TilePixels& tile) {
  for (int i = 0; i < kTilePixels; ++i) {
    tile.red[i] = tile.green[i] = tile.blue[i] = 0;
    tile.through[i] = 1;
  }
  unsigned open = ~0U;
  for (std::uint32_t k = 0; k < count; ++k) {
    if (k + kPatience < count) __builtin_prefetch(splats + list[k + kPatience]);
    if (k % kPatience == kPatience - 1 && (open = openHalves(tile)) == 0) return;
    const ScreenSplat& s = splats[list[k]];
    const Reach rows = reachOf(s.meanY, s.extentY, top), columns = reachOf(s.meanX, s.extentX, left);
    const bool halves[2] = {columns.first < kHalf && columns.last >= 0, columns.last >= kHalf};
    for (int row = rows.first; row <= rows.last; ++row) {
      const float dy = static_cast<float>(top + row) + 0.5F - s.meanY;
      for (int h = 0; h < 2; ++h) {
        if (!halves[h] || !(open >> (2 * row + h) & 1U)) continue;
        const int at = row * kTile + h * kHalf;
        blendHalf(s, static_cast<float>(left + h * kHalf) + 0.5F - s.meanX, dy, tile.red + at, tile.green + at,
                  tile.blue + at, tile.through + at);
      }
    }
  }
}

void solidTileKernel(const ScreenSplat* splats, const SolidDepth* depths, const std::uint32_t* list,
                     std::uint32_t count, int left, int top, bool flat, TilePixels& tile) {
  alignas(64) float nearest[kTilePixels];
  for (int i = 0; i < kTilePixels; ++i) {
    tile.red[i] = tile.green[i] = tile.blue[i] = 0;
    tile.through[i] = 1;
    nearest[i] = 3e38F;
  }
  constexpr float kToDistance = -2.0F / kLog2E;  // log2 exp(-m / 2) to m
  const float light = flat ? 0.0F : 0.65F;
  for (std::uint32_t k = 0; k < count; ++k) {
    const ScreenSplat& s = splats[list[k]];
    const SolidDepth& d = depths[list[k]];
    const Reach rows = reachOf(s.meanY, s.extentY, top);
    for (int row = rows.first; row <= rows.last; ++row) {
      const float dy = static_cast<float>(top + row) + 0.5F - s.meanY;
      const float firstX = static_cast<float>(left) + 0.5F - s.meanX;
      float* LS_RESTRICT z = nearest + row * kTile;
      float* LS_RESTRICT red = tile.red + row * kTile;
      float* LS_RESTRICT green = tile.green + row * kTile;
      float* LS_RESTRICT blue = tile.blue + row * kTile;
      float* LS_RESTRICT through = tile.through + row * kTile;
      for (int i = 0; i < kTile; ++i) {
        const float dx = firstX + static_cast<float>(i);
        const float inside = 1.0F - kToDistance * ((s.a * dx + s.b * dy) * dx + s.c * dy * dy);
        const float facing = squareRoot(inside > 0.0F ? inside : 0.0F);
        const float depth = d.depth + d.slopeX * dx + d.slopeY * dy - d.thickness * facing;
        const bool shown = (inside >= 0.0F) & (depth < z[i]);
        const float shade = 1.0F - light + light * facing;
        z[i] = shown ? depth : z[i];
        red[i] = shown ? s.red * shade : red[i];
        green[i] = shown ? s.green * shade : green[i];
        blue[i] = shown ? s.blue * shade : blue[i];
        through[i] = shown ? 0.0F : through[i];
      }
    }
  }
}

constexpr int kLanes = 16;  // splats of a block of harmonics

/// Adds one harmonic of the three channels: rgb += basis * coefficient.
struct Sum {
  const float* coefficients;  // of harmonic 0, channel 0
  int perChannel;
  float* red;
  float* green;
  float* blue;
  void add(int j, const float* LS_RESTRICT basis) const {
    const float* LS_RESTRICT r = coefficients + j * kLanes;
    const float* LS_RESTRICT g = r + perChannel * kLanes;
    const float* LS_RESTRICT b = g + perChannel * kLanes;
    for (int i = 0; i < kLanes; ++i) {
      red[i] += basis[i] * r[i];
      green[i] += basis[i] * g[i];
      blue[i] += basis[i] * b[i];
    }
  }
};

template <class F>
inline void addHarmonic(const Sum& sum, int j, const F& value) {
  alignas(64) float basis[kLanes];
  for (int i = 0; i < kLanes; ++i) basis[i] = value(i);
  sum.add(j, basis);
}

// The real harmonics of the 3DGS files, signs as there.
void addBands(const Sum& sum, int degree, const float* LS_RESTRICT x, const float* LS_RESTRICT y,
              const float* LS_RESTRICT z) {
  addHarmonic(sum, 0, [=](int i) { return -0.48860251F * y[i]; });
  addHarmonic(sum, 1, [=](int i) { return 0.48860251F * z[i]; });
  addHarmonic(sum, 2, [=](int i) { return -0.48860251F * x[i]; });
  if (degree < 2) return;
  addHarmonic(sum, 3, [=](int i) { return 1.09254843F * x[i] * y[i]; });
  addHarmonic(sum, 4, [=](int i) { return -1.09254843F * y[i] * z[i]; });
  addHarmonic(sum, 5, [=](int i) { return 0.31539157F * (2 * z[i] * z[i] - x[i] * x[i] - y[i] * y[i]); });
  addHarmonic(sum, 6, [=](int i) { return -1.09254843F * x[i] * z[i]; });
  addHarmonic(sum, 7, [=](int i) { return 0.54627422F * (x[i] * x[i] - y[i] * y[i]); });
  if (degree < 3) return;
  addHarmonic(sum, 8, [=](int i) { return -0.59004359F * y[i] * (3 * x[i] * x[i] - y[i] * y[i]); });
  addHarmonic(sum, 9, [=](int i) { return 2.89061144F * x[i] * y[i] * z[i]; });
  addHarmonic(sum, 10, [=](int i) { return -0.45704580F * y[i] * (4 * z[i] * z[i] - x[i] * x[i] - y[i] * y[i]); });
  addHarmonic(sum, 11,
              [=](int i) { return 0.37317633F * z[i] * (2 * z[i] * z[i] - 3 * x[i] * x[i] - 3 * y[i] * y[i]); });
  addHarmonic(sum, 12, [=](int i) { return -0.45704580F * x[i] * (4 * z[i] * z[i] - x[i] * x[i] - y[i] * y[i]); });
  addHarmonic(sum, 13, [=](int i) { return 1.44530572F * z[i] * (x[i] * x[i] - y[i] * y[i]); });
  addHarmonic(sum, 14, [=](int i) { return -0.59004359F * x[i] * (x[i] * x[i] - 3 * y[i] * y[i]); });
}

void harmonicColoursKernel(const float* const position[3], const float* const base[3], const float* harmonics,
                           int stored, int degree, const float eye[3], long blocks, float* const rgb[3]) {
  const int perChannel = (stored + 1) * (stored + 1) - 1;
  for (long block = 0; block < blocks; ++block) {
    const long at = block * kLanes;
    alignas(64) float sum[3][kLanes], d[3][kLanes];
    for (int c = 0; c < 3; ++c)
      for (int i = 0; i < kLanes; ++i) {
        sum[c][i] = base[c][at + i];
        d[c][i] = position[c][at + i] - eye[c];
      }
    if (degree > 0) {
      for (int i = 0; i < kLanes; ++i) {
        const float square = d[0][i] * d[0][i] + d[1][i] * d[1][i] + d[2][i] * d[2][i];
        const float inverse = 1.0F / squareRoot(square > 1e-30F ? square : 1e-30F);
        for (int c = 0; c < 3; ++c) d[c][i] *= inverse;
      }
      addBands({harmonics + at * 3 * perChannel, perChannel, sum[0], sum[1], sum[2]}, degree, d[0], d[1], d[2]);
    }
    for (int c = 0; c < 3; ++c)
      for (int i = 0; i < kLanes; ++i) rgb[c][at + i] = sum[c][i] > 0.0F ? sum[c][i] : 0.0F;
  }
}

inline unsigned byteOf(float v) {
  v = v > 0.0F ? v : 0.0F;
  v = v < 1.0F ? v : 1.0F;
  return static_cast<unsigned>(static_cast<int>(v * 255.0F + 0.5F));
}

void packTileKernel(const TilePixels& tile, const float background[4], int columns, int rows, std::uint32_t* pixels,
                    long stride) {
  for (int row = 0; row < rows; ++row) {
    alignas(64) std::uint32_t line[kTile];
    for (int i = 0; i < kTile; ++i) {
      const int at = row * kTile + i;
      const float t = tile.through[at];
      line[i] = byteOf(1.0F - t + t * background[3]) << 24U | byteOf(tile.red[at] + t * background[0]) << 16U |
                byteOf(tile.green[at] + t * background[1]) << 8U | byteOf(tile.blue[at] + t * background[2]);
    }
    __builtin_memcpy(pixels + row * stride, line, static_cast<unsigned long>(columns) * sizeof(std::uint32_t));
  }
}

constexpr SplatKernels splatKernelSet() {
  return {projectKernel, blendTileKernel, solidTileKernel, harmonicColoursKernel, packTileKernel};
}

}  // namespace
}  // namespace learnscope::splats

#undef LS_RESTRICT
