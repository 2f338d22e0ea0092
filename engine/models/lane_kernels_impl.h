// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file. Everything has internal linkage and uses no
// templates of the standard library: a weak symbol compiled for AVX2 could be the one the linker keeps for the
// baseline.
#pragma once

#include "engine/models/lane_kernels.h"

namespace learnscope {
namespace {

constexpr int kVec = 8;
constexpr int kVecs = kImageLanes / kVec;
typedef float Vec __attribute__((vector_size(32), aligned(32), may_alias));

inline const Vec* vecs(const float* p) { return reinterpret_cast<const Vec*>(p); }
inline Vec* vecs(float* p) { return reinterpret_cast<Vec*>(p); }

// Tile outputs x 16 lanes of one pixel stay in registers while the taps go by.
template <int Tile>
void applyTile(const LaneMap& map, const float* packed, const float* init, bool accumulate, const float* in,
               float* out) {
  const LaneGrid& grid = map.out;
  for (int y = 0; y < grid.rows; ++y) {
    for (int x = 0; x < grid.columns; ++x) {
      const float* from = in + y * map.inputRow + x * map.inputPixel;
      float* to = out + y * grid.row + x * grid.pixel;
      Vec sum[Tile][kVecs];
#pragma GCC unroll 8
      for (int o = 0; o < Tile; ++o)
#pragma GCC unroll 2
        for (int v = 0; v < kVecs; ++v) {
          sum[o][v] = init ? vecs(init + o * kImageLanes)[v] : Vec{};
          if (accumulate) sum[o][v] += vecs(to + o * grid.plane)[v];
        }
      const float* weight = packed;
      for (int k = 0; k < map.taps; ++k, weight += Tile) {
        const Vec a = vecs(from + map.offsets[k])[0], b = vecs(from + map.offsets[k])[1];
#pragma GCC unroll 8
        for (int o = 0; o < Tile; ++o) {
          sum[o][0] += a * weight[o];
          sum[o][1] += b * weight[o];
        }
      }
#pragma GCC unroll 8
      for (int o = 0; o < Tile; ++o)
#pragma GCC unroll 2
        for (int v = 0; v < kVecs; ++v) vecs(to + o * grid.plane)[v] = sum[o][v];
    }
  }
}

void apply(const LaneMap& map, const float* packed, const float* init, bool accumulate, const float* in, float* out) {
  for (int o = 0; o < map.outputs; o += kLaneTile) {
    const int rest = map.outputs - o;
    const float* start = init ? init + o * kImageLanes : nullptr;
    const float* weights = packed + static_cast<long>(o) * map.taps;
    float* to = out + o * map.out.plane;
    if (rest >= 6)
      applyTile<6>(map, weights, start, accumulate, in, to);
    else if (rest == 5)
      applyTile<5>(map, weights, start, accumulate, in, to);
    else if (rest == 4)
      applyTile<4>(map, weights, start, accumulate, in, to);
    else if (rest == 3)
      applyTile<3>(map, weights, start, accumulate, in, to);
    else if (rest == 2)
      applyTile<2>(map, weights, start, accumulate, in, to);
    else
      applyTile<1>(map, weights, start, accumulate, in, to);
  }
}

inline float sumOf(const Vec& v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }

template <int Outputs, int Taps>
void gradientTile(const LaneMap& map, int firstRow, int lastRow, const int* offsets, const float* in,
                  const float* gradient, float* weightGradient) {
  const LaneGrid& grid = map.out;
  Vec sum[Outputs][Taps] = {};
  for (int y = firstRow; y < lastRow; ++y) {
    const float* from = in + y * map.inputRow;
    const float* slope = gradient + y * grid.row;
    for (int x = 0; x < grid.columns; ++x, from += map.inputPixel, slope += grid.pixel) {
#pragma GCC unroll 2
      for (int v = 0; v < kVecs; ++v) {
        Vec g[Outputs];
#pragma GCC unroll 4
        for (int o = 0; o < Outputs; ++o) g[o] = vecs(slope + o * grid.plane)[v];
#pragma GCC unroll 4
        for (int k = 0; k < Taps; ++k) {
          const Vec a = vecs(from + offsets[k])[v];
#pragma GCC unroll 4
          for (int o = 0; o < Outputs; ++o) sum[o][k] += g[o] * a;
        }
      }
    }
  }
  for (int o = 0; o < Outputs; ++o)
    for (int k = 0; k < Taps; ++k) weightGradient[static_cast<long>(o) * map.taps + k] += sumOf(sum[o][k]);
}

template <int Outputs>
void gradientRows(const LaneMap& map, int firstRow, int lastRow, const float* in, const float* gradient,
                  float* weightGradient) {
  int k = 0;
  for (; k + 3 <= map.taps; k += 3)
    gradientTile<Outputs, 3>(map, firstRow, lastRow, map.offsets + k, in, gradient, weightGradient + k);
  for (; k < map.taps; ++k)
    gradientTile<Outputs, 1>(map, firstRow, lastRow, map.offsets + k, in, gradient, weightGradient + k);
}

// Pieces of about 64 pixels: four planes of the gradient then stay in the first cache while all taps go by.
void gradient(const LaneMap& map, const float* in, const float* slope, float* weightGradient) {
  const int piece = map.out.columns >= 64 ? 1 : 64 / map.out.columns;
  for (int row = 0; row < map.out.rows; row += piece) {
    const int last = row + piece < map.out.rows ? row + piece : map.out.rows;
    int o = 0;
    for (; o + 4 <= map.outputs; o += 4)
      gradientRows<4>(map, row, last, in, slope + o * map.out.plane, weightGradient + static_cast<long>(o) * map.taps);
    for (; o < map.outputs; ++o)
      gradientRows<1>(map, row, last, in, slope + o * map.out.plane, weightGradient + static_cast<long>(o) * map.taps);
  }
}

void sumPixels(const LaneGrid& grid, int planes, const float* in, float* sums) {
  for (int c = 0; c < planes; ++c) {
    Vec a{}, b{};
    for (int y = 0; y < grid.rows; ++y)
      for (int x = 0; x < grid.columns; ++x) {
        const Vec* p = vecs(in + c * grid.plane + y * grid.row + x * grid.pixel);
        a += p[0];
        b += p[1];
      }
    vecs(sums + c * kImageLanes)[0] = a;
    vecs(sums + c * kImageLanes)[1] = b;
  }
}

typedef int IntVec __attribute__((vector_size(32), aligned(32), may_alias));

// e = exp(-x^2/2) by 2^k * Taylor(r), |r| <= ln(2)/2, the magic constant rounding to an integer; cdf = Phi(x) by
// Abramowitz & Stegun 7.1.26, which shares e. Vectors pass by reference: by value their ABI depends on the CPU.
inline __attribute__((always_inline)) void gaussian(const Vec& x, Vec& e, Vec& cdf) {
  Vec exponent = x * x * -0.5f;
  exponent = exponent < -87.0f ? Vec{} - 87.0f : exponent;
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23
  const Vec shifted = exponent * 1.44269504f + kMagic;
  const Vec k = shifted - kMagic;
  const Vec r = (exponent - k * 0.693359375f) - k * -2.12194440e-4f;
  Vec p = r * (1.0f / 720) + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const IntVec bits = (reinterpret_cast<const IntVec&>(shifted) + 127) << 23;
  e = p * reinterpret_cast<const Vec&>(bits);
  const Vec u = (x < 0.0f ? -x : x) * 0.70710678f;
  const Vec t = 1.0f / (u * 0.3275911f + 1.0f);
  Vec tail = t * 1.061405429f - 1.453152027f;
  tail = tail * t + 1.421413741f;
  tail = tail * t - 0.284496736f;
  tail = tail * t + 0.254829592f;
  tail = tail * t * e * 0.5f;
  cdf = x < 0.0f ? tail : 1.0f - tail;
}

void gelu(const float* in, float* out, float* slope, long count) {
  for (long i = 0; i < count; i += kVec) {
    const Vec x = *vecs(in + i);
    Vec e, cdf;
    gaussian(x, e, cdf);
    *vecs(out + i) = x * cdf;
    if (slope) *vecs(slope + i) = cdf + x * e * 0.39894228f;
  }
}

// What one plane is normalised by.
struct NormPlane {
  const Vec* mean;
  const Vec* scale;
  float gamma, beta;
};

template <bool Kept>
void normRow(const NormPlane& n, int columns, const float* in, float* out, float* normalised, float* slope) {
  for (long p = 0; p < static_cast<long>(columns) * kImageLanes; p += kImageLanes)
#pragma GCC unroll 2
    for (int v = 0; v < kVecs; ++v) {
      const long at = p + v * kVec;
      const Vec hat = (*vecs(in + at) - n.mean[v]) * n.scale[v], z = hat * n.gamma + n.beta;
      Vec e, cdf;
      gaussian(z, e, cdf);
      *vecs(out + at) = z * cdf;
      if constexpr (Kept) {
        *vecs(normalised + at) = hat;
        *vecs(slope + at) = cdf + z * e * 0.39894228f;
      }
    }
}

// Mean and 1/sd of `size` planes, for each lane.
void normStatistics(const LaneGrid& grid, int size, const float* in, Vec* mean, Vec* scale) {
  const float count = static_cast<float>(size * grid.rows * grid.columns);
  Vec sum[kVecs] = {}, squares[kVecs] = {};
  for (int c = 0; c < size; ++c)
    for (int y = 0; y < grid.rows; ++y)
      for (int x = 0; x < grid.columns; ++x) {
        const Vec* p = vecs(in + c * grid.plane + y * grid.row + x * grid.pixel);
        sum[0] += p[0];
        sum[1] += p[1];
      }
  mean[0] = sum[0] / count;
  mean[1] = sum[1] / count;
  for (int c = 0; c < size; ++c)
    for (int y = 0; y < grid.rows; ++y)
      for (int x = 0; x < grid.columns; ++x) {
        const Vec* p = vecs(in + c * grid.plane + y * grid.row + x * grid.pixel);
        const Vec a = p[0] - mean[0], b = p[1] - mean[1];
        squares[0] += a * a;
        squares[1] += b * b;
      }
  for (int v = 0; v < kVecs; ++v)
    for (int l = 0; l < kVec; ++l) scale[v][l] = 1.0f / __builtin_sqrtf(squares[v][l] / count + 1e-5f);
}

void normGelu(const LaneGrid& grid, int planes, int groups, const float* gamma, const float* beta, const float* in,
              float* out, float* normalised, float* slope, float* inverseDeviation) {
  const int size = planes / groups;
  for (int g = 0; g < groups; ++g) {
    Vec mean[kVecs], scale[kVecs];
    normStatistics(grid, size, in + static_cast<long>(g) * size * grid.plane, mean, scale);
    if (inverseDeviation)
      for (int v = 0; v < kVecs; ++v) vecs(inverseDeviation + g * kImageLanes)[v] = scale[v];
    for (int c = g * size; c < (g + 1) * size; ++c)
      for (int y = 0; y < grid.rows; ++y) {
        const long at = c * grid.plane + y * grid.row;
        const NormPlane plane{mean, scale, gamma[c], beta[c]};
        if (normalised)
          normRow<true>(plane, grid.columns, in + at, out + at, normalised + at, slope + at);
        else
          normRow<false>(plane, grid.columns, in + at, out + at, nullptr, nullptr);
      }
  }
}

// dx = (1/sd) (dxhat - mean(dxhat) - xhat mean(dxhat xhat)), means over the group (Wu & He 2018).
void normGeluBackward(const LaneGrid& grid, int planes, int groups, const float* gamma, const float* normalised,
                      const float* slope, const float* inverseDeviation, float* gradient, float* gammaGradient,
                      float* betaGradient) {
  const int size = planes / groups;
  const float count = static_cast<float>(size * grid.rows * grid.columns);
  for (int g = 0; g < groups; ++g) {
    Vec mean[kVecs] = {}, product[kVecs] = {};
    for (int c = g * size; c < (g + 1) * size; ++c) {
      Vec sum[kVecs] = {}, along[kVecs] = {};
      for (int y = 0; y < grid.rows; ++y) {
        const long at = c * grid.plane + y * grid.row;
        for (int i = 0; i < grid.columns; ++i)
#pragma GCC unroll 2
          for (int v = 0; v < kVecs; ++v) {
            const long p = at + static_cast<long>(i) * kImageLanes + v * kVec;
            const Vec dz = *vecs(gradient + p) * *vecs(slope + p);
            *vecs(gradient + p) = dz;
            sum[v] += dz;
            along[v] += dz * *vecs(normalised + p);
          }
      }
      betaGradient[c] += sumOf(sum[0]) + sumOf(sum[1]);
      gammaGradient[c] += sumOf(along[0]) + sumOf(along[1]);
      for (int v = 0; v < kVecs; ++v) {
        mean[v] += sum[v] * gamma[c];
        product[v] += along[v] * gamma[c];
      }
    }
    const Vec* scale = vecs(inverseDeviation + g * kImageLanes);
    for (int v = 0; v < kVecs; ++v) {
      mean[v] /= count;
      product[v] /= count;
    }
    for (int c = g * size; c < (g + 1) * size; ++c)
      for (int y = 0; y < grid.rows; ++y) {
        const long at = c * grid.plane + y * grid.row;
        for (int i = 0; i < grid.columns; ++i)
#pragma GCC unroll 2
          for (int v = 0; v < kVecs; ++v) {
            const long p = at + static_cast<long>(i) * kImageLanes + v * kVec;
            Vec* d = vecs(gradient + p);
            *d = scale[v] * (*d * gamma[c] - mean[v] - *vecs(normalised + p) * product[v]);
          }
      }
  }
}

constexpr LaneKernels laneKernelSet() { return {apply, gradient, sumPixels, normGelu, normGeluBackward, gelu}; }

}  // namespace
}  // namespace learnscope
