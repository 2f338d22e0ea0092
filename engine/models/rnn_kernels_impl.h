// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file; the rules of two_layer_kernels_impl.h hold.
#pragma once

#include "engine/models/kernel_math.h"
#include "engine/models/rnn_kernels.h"

#define LS_RESTRICT __restrict__

namespace learnscope {
namespace {

constexpr int kRnnLanes = 16;
constexpr int kRnnBlock = 256;  // rows handled at once: their values stay in the first-level cache
constexpr int kMostSymbols = 8;

template <RnnActivation A, class T>
inline T phi(T z) {
  if constexpr (A == RnnActivation::Relu) return z > T(0) ? z : T(0);
  if constexpr (A == RnnActivation::Tanh) return hyperbolicTangent(z);
}

template <RnnActivation A, class T>
inline T phiSlope(T h) {
  if constexpr (A == RnnActivation::Relu) return h > T(0) ? T(1) : T(0);
  if constexpr (A == RnnActivation::Tanh) return T(1) - h * h;
}

template <class F>
inline void withActivation(RnnActivation activation, const F& f) {
  if (activation == RnnActivation::Relu) return f.template operator()<RnnActivation::Relu>();
  return f.template operator()<RnnActivation::Tanh>();
}

template <class T>
void rnnActivateKernel(RnnActivation activation, T* LS_RESTRICT z, long count) {
  withActivation(activation, [&]<RnnActivation A>() {
    for (long i = 0; i < count; ++i) z[i] = phi<A>(z[i]);
  });
}

template <class T>
void rnnSlopeKernel(RnnActivation activation, const T* LS_RESTRICT h, T* LS_RESTRICT d, long count) {
  withActivation(activation, [&]<RnnActivation A>() {
    for (long i = 0; i < count; ++i) d[i] *= phiSlope<A>(h[i]);
  });
}

template <class T>
void emitSymbolsKernel(const T* LS_RESTRICT logits, const T* LS_RESTRICT gumbel, long rows, int symbols, T inverseTau,
                       std::uint8_t* LS_RESTRICT symbol, T* LS_RESTRICT soft) {
  for (long first = 0; first < rows; first += kRnnBlock) {
    const int count = static_cast<int>(rows - first < kRnnBlock ? rows - first : kRnnBlock);
    T best[kRnnBlock];
    T index[kRnnBlock];
    T z[kMostSymbols][kRnnBlock];
    for (int a = 0; a < symbols; ++a) {
      const T* l = logits + a * rows + first;
      const T* g = gumbel + a * rows + first;
      const T here = static_cast<T>(a);
      for (int i = 0; i < count; ++i) {
        const T value = l[i] + g[i];
        z[a][i] = value;
        const bool larger = a == 0 || value > best[i];
        best[i] = larger ? value : best[i];
        index[i] = larger ? here : index[i];
      }
    }
    for (int i = 0; i < count; ++i) symbol[first + i] = static_cast<std::uint8_t>(static_cast<int>(index[i]));
    if (!soft) continue;
    T sum[kRnnBlock] = {};
    for (int a = 0; a < symbols; ++a)
      for (int i = 0; i < count; ++i) {
        z[a][i] = exponential((z[a][i] - best[i]) * inverseTau);
        sum[i] += z[a][i];
      }
    for (int a = 0; a < symbols; ++a)
      for (int i = 0; i < count; ++i) soft[a * rows + first + i] = z[a][i] / sum[i];
  }
}

template <class T>
void throughEmissionKernel(const T* LS_RESTRICT soft, T* LS_RESTRICT g, long rows, int symbols, T inverseTau) {
  for (long first = 0; first < rows; first += kRnnBlock) {
    const int count = static_cast<int>(rows - first < kRnnBlock ? rows - first : kRnnBlock);
    T mean[kRnnBlock] = {};
    for (int a = 0; a < symbols; ++a)
      for (int i = 0; i < count; ++i) mean[i] += soft[a * rows + first + i] * g[a * rows + first + i];
    for (int a = 0; a < symbols; ++a)
      for (int i = 0; i < count; ++i) {
        const long at = a * rows + first + i;
        g[at] = soft[at] * (g[at] - mean[i]) * inverseTau;
      }
  }
}

template <class T>
void backStepKernel(RnnActivation activation, const T* LS_RESTRICT h, const T* LS_RESTRICT g, long stride,
                    const T* LS_RESTRICT c, long rows, int hidden, int symbols, T factor, T* LS_RESTRICT d) {
  withActivation(activation, [&]<RnnActivation A>() {
    for (long r = 0; r < rows; ++r) {
      const T* LS_RESTRICT row = h + r * hidden;
      T* LS_RESTRICT out = d + r * hidden;
      for (int u = 0; u < hidden; ++u) out[u] += factor * row[u];
      for (int a = 0; a < symbols; ++a) {
        const T weight = g[a * stride + r];
        const T* LS_RESTRICT readout = c + static_cast<long>(a) * hidden;
        for (int u = 0; u < hidden; ++u) out[u] += weight * readout[u];
      }
      for (int u = 0; u < hidden; ++u) out[u] *= phiSlope<A>(row[u]);
    }
  });
}

template <class T>
double squaresKernel(const T* values, long count) {
  T lanes[kRnnLanes] = {};
  long i = 0;
  double total = 0;
  for (; i + kRnnLanes <= count; i += kRnnLanes)
    for (int l = 0; l < kRnnLanes; ++l) lanes[l] += values[i + l] * values[i + l];
  for (int l = 0; l < kRnnLanes; ++l) total += static_cast<double>(lanes[l]);
  for (; i < count; ++i) total += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return total;
}

// Bytes count up to 255 steps before they are added to the cost.
inline void mismatchKernel(const std::uint8_t* LS_RESTRICT x, const std::uint8_t* LS_RESTRICT y, int width, int rows,
                           int columns, std::uint16_t* LS_RESTRICT cost) {
  for (int i = 0; i < rows; ++i) {
    std::uint16_t* LS_RESTRICT out = cost + static_cast<long>(i) * columns;
    for (int first = 0; first < columns; first += kRnnBlock) {
      const int count = columns - first < kRnnBlock ? columns - first : kRnnBlock;
      for (int part = 0; part < width; part += 255) {
        const int end = part + 255 < width ? part + 255 : width;
        std::uint8_t counts[kRnnBlock] = {};
        for (int s = part; s < end; ++s) {
          const std::uint8_t own = x[static_cast<long>(s) * rows + i];
          const std::uint8_t* LS_RESTRICT other = y + static_cast<long>(s) * columns + first;
          for (int j = 0; j < count; ++j) counts[j] = static_cast<std::uint8_t>(counts[j] + (other[j] != own));
        }
        if (part == 0)
          for (int j = 0; j < count; ++j) out[first + j] = counts[j];
        else
          for (int j = 0; j < count; ++j) out[first + j] = static_cast<std::uint16_t>(out[first + j] + counts[j]);
      }
    }
  }
}

template <class T>
void lookUpKernel(const std::uint16_t* LS_RESTRICT cost, long count, const T* LS_RESTRICT table,
                  T* LS_RESTRICT kernel) {
  for (long i = 0; i < count; ++i) kernel[i] = table[cost[i]];
}

template <class T>
void logSumExpKernel(const std::uint16_t* LS_RESTRICT cost, const T* LS_RESTRICT h, int rows, int columns, T inverseEps,
                     T* LS_RESTRICT out) {
  for (int i = 0; i < rows; ++i) {
    const std::uint16_t* LS_RESTRICT row = cost + static_cast<long>(i) * columns;
    T largest[kRnnLanes];
    for (int l = 0; l < kRnnLanes; ++l) largest[l] = h[0] - static_cast<T>(row[0]) * inverseEps;
    int j = 0;
    for (; j + kRnnLanes <= columns; j += kRnnLanes)
      for (int l = 0; l < kRnnLanes; ++l) {
        const T value = h[j + l] - static_cast<T>(row[j + l]) * inverseEps;
        largest[l] = value > largest[l] ? value : largest[l];
      }
    for (int l = 0; j < columns; ++j, ++l) {
      const T value = h[j] - static_cast<T>(row[j]) * inverseEps;
      largest[l] = value > largest[l] ? value : largest[l];
    }
    T top = largest[0];
    for (int l = 1; l < kRnnLanes; ++l) top = largest[l] > top ? largest[l] : top;
    T lanes[kRnnLanes] = {};
    for (j = 0; j + kRnnLanes <= columns; j += kRnnLanes)
      for (int l = 0; l < kRnnLanes; ++l)
        lanes[l] += exponential(h[j + l] - static_cast<T>(row[j + l]) * inverseEps - top);
    for (int l = 0; j < columns; ++j, ++l) lanes[l] += exponential(h[j] - static_cast<T>(row[j]) * inverseEps - top);
    double sum = 0;
    for (int l = 0; l < kRnnLanes; ++l) sum += static_cast<double>(lanes[l]);
    out[i] = top + static_cast<T>(__builtin_log(sum));
  }
}

template <class T>
void planKernel(const std::uint16_t* LS_RESTRICT cost, const T* LS_RESTRICT h, const T* LS_RESTRICT norm, int rows,
                int columns, T inverseEps, T* LS_RESTRICT plan) {
  for (int i = 0; i < rows; ++i) {
    const std::uint16_t* LS_RESTRICT row = cost + static_cast<long>(i) * columns;
    T* LS_RESTRICT out = plan + static_cast<long>(i) * columns;
    const T shift = norm[i];
    for (int j = 0; j < columns; ++j) out[j] = exponential(h[j] - static_cast<T>(row[j]) * inverseEps - shift);
  }
}

// 256 numbers in (0, 1) from 128 outputs of SplitMix64, 23 bits each and never 0 or 1.
inline void uniformBlock(std::uint64_t origin, std::uint64_t position, float* LS_RESTRICT u) {
  constexpr std::uint64_t kGamma = 0x9E3779B97F4A7C15ULL;
  std::uint64_t outputs[128];
  for (int i = 0; i < 128; ++i) {
    std::uint64_t z = origin + (position + 1 + static_cast<std::uint64_t>(i)) * kGamma;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    outputs[i] = z ^ (z >> 31);
  }
  int bits[256];
  __builtin_memcpy(bits, outputs, sizeof bits);
  for (int i = 0; i < 256; ++i)
    u[i] = (static_cast<float>(static_cast<int>(static_cast<unsigned>(bits[i]) >> 9)) + 0.5f) * 0x1p-23f;
}

template <class T>
inline void copyBlock(const float* LS_RESTRICT from, long count, T* LS_RESTRICT to) {
  const int n = static_cast<int>(count < 256 ? count : 256);
  for (int i = 0; i < n; ++i) to[i] = static_cast<T>(from[i]);
}

template <class T>
void normalsKernel(std::uint64_t origin, std::uint64_t position, long count, T* LS_RESTRICT out) {
  for (long first = 0; first < count; first += 256, position += 128) {
    float u[256], n[256];
    uniformBlock(origin, position, u);
    for (int i = 0; i < 128; ++i) {
      const float r = squareRoot(-2.0f * logarithm(u[i]));
      const float v = u[128 + i] - 0.5f;
      const float s = sineOfHalfTurns(v), c = cosineOfHalfTurns(v);
      n[i] = r * (1.0f - 2.0f * s * s);
      n[128 + i] = r * (2.0f * s * c);
    }
    copyBlock(n, count - first, out + first);
  }
}

template <class T>
void gumbelsKernel(std::uint64_t origin, std::uint64_t position, long count, T* LS_RESTRICT out) {
  for (long first = 0; first < count; first += 256, position += 128) {
    float u[256];
    uniformBlock(origin, position, u);
    for (int i = 0; i < 256; ++i) u[i] = -logarithm(-logarithm(u[i]));
    copyBlock(u, count - first, out + first);
  }
}

template <class T>
constexpr RnnKernels<T> rnnKernelSet() {
  return {rnnActivateKernel<T>, rnnSlopeKernel<T>, emitSymbolsKernel<T>, throughEmissionKernel<T>,
          backStepKernel<T>,    squaresKernel<T>,  mismatchKernel,       lookUpKernel<T>,
          logSumExpKernel<T>,   planKernel<T>,     normalsKernel<T>,     gumbelsKernel<T>};
}

}  // namespace
}  // namespace learnscope

#undef LS_RESTRICT
