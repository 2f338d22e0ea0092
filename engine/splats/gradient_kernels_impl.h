// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file; the rules of models/two_layer_kernels_impl.h hold.
#pragma once

#include "engine/models/kernel_math.h"
#include "engine/splats/gradient_kernels.h"
#include "engine/splats/splat_kernels.h"

#define LS_RESTRICT __restrict__

namespace learnscope::splats {
namespace {

constexpr int kRow = kGradientTile;

/// exp(-m / 2) of a row of pixels, and the offsets from the mean.
template <class T>
struct RowFall {
  alignas(64) T dx[kRow], fall[kRow];
  T dy;
  RowFall(const BlendedSplat<T>& s, int left, int y) {
    dy = T(y) + T(0.5) - s.meanY;
    const T first = T(left) + T(0.5) - s.meanX;
    for (int i = 0; i < kRow; ++i) {
      dx[i] = first + T(i);
      fall[i] = exponential(T(-0.5) * ((s.xx * dx[i] + T(2) * s.xy * dy) * dx[i] + s.yy * dy * dy));
    }
  }
};

template <class T>
inline T cappedAlpha(T alpha, bool exact) {
  if (exact) return alpha;
  const T capped = alpha > T(kMostAlpha) ? T(kMostAlpha) : alpha;
  return capped < T(kAlphaCut) ? T(0) : capped;
}

template <class T>
void gradientForward(const BlendedSplat<T>* splats, const std::uint32_t* list, std::uint32_t count, int left, int top,
                     bool exact, BlendedPixels<T>& out) {
  for (int i = 0; i < kGradientPixels; ++i) {
    out.red[i] = out.green[i] = out.blue[i] = T(0);
    out.through[i] = T(1);
  }
  for (std::uint32_t k = 0; k < count; ++k) {
    const BlendedSplat<T> s = splats[list[k]];
    for (int row = 0; row < kRow; ++row) {
      const RowFall<T> fall(s, left, top + row);
      T* LS_RESTRICT red = out.red + row * kRow;
      T* LS_RESTRICT green = out.green + row * kRow;
      T* LS_RESTRICT blue = out.blue + row * kRow;
      T* LS_RESTRICT through = out.through + row * kRow;
      for (int i = 0; i < kRow; ++i) {
        const T weight = cappedAlpha(s.opacity * fall.fall[i], exact) * through[i];
        red[i] += weight * s.red;
        green[i] += weight * s.green;
        blue[i] += weight * s.blue;
        through[i] -= weight;
      }
    }
  }
}

/// Sums over the pixels of a tile, a lane a column.
template <class T>
struct LaneSums {
  alignas(64) T meanX[kRow]{}, meanY[kRow]{}, xx[kRow]{}, xy[kRow]{}, yy[kRow]{}, opacity[kRow]{}, red[kRow]{},
      green[kRow]{}, blue[kRow]{};
};

template <class T>
inline T total(const T* lanes) {
  T sum = T(0);
  for (int i = 0; i < kRow; ++i) sum += lanes[i];
  return sum;
}

template <class T>
void backwardRow(const BlendedSplat<T>& s, const RowFall<T>& fall, bool exact, int at, const BlendedPixels<T>& sums,
                 const BlendedPixels<T>& loss, BlendedPixels<T>& passed, LaneSums<T>& g) {
  for (int i = 0; i < kRow; ++i) {
    const int p = at + i;
    const T raw = s.opacity * fall.fall[i];
    const T alpha = cappedAlpha(raw, exact);
    const T through = passed.through[p];
    const T weight = alpha * through;
    passed.red[p] += weight * s.red;
    passed.green[p] += weight * s.green;
    passed.blue[p] += weight * s.blue;
    passed.through[p] -= weight;
    g.red[i] += weight * loss.red[p];
    g.green[i] += weight * loss.green[p];
    g.blue[i] += weight * loss.blue[p];
    // dC/dalpha = T c - (colour behind) / (1 - alpha); d(through at the end)/dalpha = -it / (1 - alpha).
    const T behind = loss.red[p] * (sums.red[p] - passed.red[p]) + loss.green[p] * (sums.green[p] - passed.green[p]) +
                     loss.blue[p] * (sums.blue[p] - passed.blue[p]) + loss.through[p] * sums.through[p];
    const T here = loss.red[p] * s.red + loss.green[p] * s.green + loss.blue[p] * s.blue;
    const T slope = through * here - behind / (T(1) - alpha);
    const bool moves = exact | ((raw >= T(kAlphaCut)) & (raw <= T(kMostAlpha)));
    const T byAlpha = moves ? slope : T(0);
    g.opacity[i] += byAlpha * fall.fall[i];
    const T byPower = byAlpha * raw;
    const T dx = fall.dx[i], dy = fall.dy;
    g.meanX[i] += byPower * (s.xx * dx + s.xy * dy);
    g.meanY[i] += byPower * (s.xy * dx + s.yy * dy);
    g.xx[i] -= T(0.5) * byPower * dx * dx;
    g.xy[i] -= byPower * dx * dy;
    g.yy[i] -= T(0.5) * byPower * dy * dy;
  }
}

template <class T>
void gradientBackward(const BlendedSplat<T>* splats, const std::uint32_t* list, std::uint32_t count, int left, int top,
                      bool exact, const BlendedPixels<T>& sums, const BlendedPixels<T>& loss,
                      BlendedSplat<T>* gradient) {
  BlendedPixels<T> passed;
  for (int i = 0; i < kGradientPixels; ++i) {
    passed.red[i] = passed.green[i] = passed.blue[i] = T(0);
    passed.through[i] = T(1);
  }
  for (std::uint32_t k = 0; k < count; ++k) {
    const BlendedSplat<T> s = splats[list[k]];
    LaneSums<T> lanes;
    for (int row = 0; row < kRow; ++row)
      backwardRow(s, RowFall<T>(s, left, top + row), exact, row * kRow, sums, loss, passed, lanes);
    BlendedSplat<T>& g = gradient[list[k]];
    g.meanX += total(lanes.meanX);
    g.meanY += total(lanes.meanY);
    g.xx += total(lanes.xx);
    g.xy += total(lanes.xy);
    g.yy += total(lanes.yy);
    g.opacity += total(lanes.opacity);
    g.red += total(lanes.red);
    g.green += total(lanes.green);
    g.blue += total(lanes.blue);
  }
}

template <class T>
constexpr GradientKernels<T> gradientKernelSet() {
  return {gradientForward<T>, gradientBackward<T>};
}

}  // namespace
}  // namespace learnscope::splats

#undef LS_RESTRICT
