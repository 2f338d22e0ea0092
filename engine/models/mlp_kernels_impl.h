// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file. Everything has internal linkage and uses no
// templates of the standard library: a weak symbol compiled for AVX2 could be the one the linker keeps for the
// baseline.
#pragma once

#include "engine/models/kernel_math.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope {
namespace {

typedef float MlpLanes __attribute__((vector_size(32), aligned(4), may_alias));

void throughReluKernel(float* __restrict__ g, const float* __restrict__ h, long count) {
  for (long i = 0; i < count; ++i) g[i] = h[i] > 0 ? g[i] : 0;
}

void columnSumsKernel(const float* g, long rows, long width, float* __restrict__ out) {
  for (long j = 0; j < width; ++j) out[j] = 0;
  for (long r = 0; r < rows; ++r)
    for (long j = 0; j < width; ++j) out[j] += g[r * width + j];
}

void columnProductsKernel(const float* g, const float* h, long rows, long width, float* __restrict__ out) {
  for (long j = 0; j < width; ++j) out[j] = 0;
  for (long r = 0; r < rows; ++r)
    for (long j = 0; j < width; ++j) out[j] += g[r * width + j] * h[r * width + j];
}

void columnMomentsKernel(const float* z, long rows, long width, float* __restrict__ mean,
                         float* __restrict__ variance) {
  const float share = 1 / static_cast<float>(rows);
  columnSumsKernel(z, rows, width, mean);
  for (long j = 0; j < width; ++j) {
    mean[j] *= share;
    variance[j] = 0;
  }
  for (long r = 0; r < rows; ++r)
    for (long j = 0; j < width; ++j) {
      const float away = z[r * width + j] - mean[j];
      variance[j] += away * away;
    }
  for (long j = 0; j < width; ++j) variance[j] *= share;
}

void normaliseKernel(float* __restrict__ z, float* __restrict__ normal, const float* __restrict__ mean,
                     const float* __restrict__ inverse, const float* __restrict__ scale,
                     const float* __restrict__ shift, long rows, long width) {
  for (long r = 0; r < rows; ++r)
    for (long j = 0; j < width; ++j) {
      const long i = r * width + j;
      normal[i] = (z[i] - mean[j]) * inverse[j];
      const float value = scale[j] * normal[i] + shift[j];
      z[i] = value > 0 ? value : 0;
    }
}

void throughNormKernel(float* __restrict__ g, const float* __restrict__ normal, const float* __restrict__ scale,
                       const float* __restrict__ inverse, const float* sums, const float* productSums, long rows,
                       long width) {
  const float share = 1 / static_cast<float>(rows);
  for (long r = 0; r < rows; ++r) {
    float* __restrict__ row = g + r * width;
    const float* n = normal + r * width;
    if (sums)
      for (long j = 0; j < width; ++j) row[j] -= share * (sums[j] + n[j] * productSums[j]);
    for (long j = 0; j < width; ++j) row[j] *= scale[j] * inverse[j];
  }
}

void poolKernel(const float* image, int side, int channels, float* __restrict__ out,
                unsigned char* __restrict__ chosen) {
  const int half = side / 2;
  const long row = static_cast<long>(side) * channels;
  for (int y = 0; y < half; ++y)
    for (int x = 0; x < half; ++x) {
      const float* block = image + 2 * y * row + 2L * x * channels;
      const long to = (static_cast<long>(y) * half + x) * channels;
      for (int c = 0; c < channels; ++c) {
        const float a = block[c], b = block[channels + c], d = block[row + c], e = block[row + channels + c];
        const float top = b > a ? b : a, bottom = e > d ? e : d;
        const int upper = b > a ? 1 : 0, lower = e > d ? 3 : 2;
        out[to + c] = bottom > top ? bottom : top;
        chosen[to + c] = static_cast<unsigned char>(bottom > top ? lower : upper);
      }
    }
}

void unpoolKernel(const float* g, const unsigned char* chosen, int side, int channels, float* __restrict__ image) {
  const int half = side / 2;
  const long row = static_cast<long>(side) * channels;
  for (int y = 0; y < half; ++y)
    for (int x = 0; x < half; ++x) {
      float* block = image + 2 * y * row + 2L * x * channels;
      const long from = (static_cast<long>(y) * half + x) * channels;
      for (int c = 0; c < channels; ++c) {
        const int k = chosen[from + c];
        block[(k / 2) * row + (k % 2) * channels + c] += g[from + c];
      }
    }
}

// Softmax of the classes of a row that take part; the others get 0. Returns log(sum) + largest.
inline float softmaxRow(float* __restrict__ z, int classes, const unsigned char* mask, float sharpness) {
  float largest = -3.4e38F;
  for (int c = 0; c < classes; ++c)
    if ((!mask || mask[c]) && z[c] > largest) largest = z[c];
  float sum = 0;
  for (int c = 0; c < classes; ++c) {
    const float e = exponential((z[c] - largest) * sharpness);
    z[c] = !mask || mask[c] ? e : 0;
    sum += z[c];
  }
  for (int c = 0; c < classes; ++c) z[c] /= sum;
  return largest + logarithm(sum);
}

double crossEntropyKernel(float* logits, const int* target, long rows, int classes, float scale,
                          const unsigned char* masks, const int* maskOf, long* right) {
  double total = 0;
  long correct = 0;
  for (long r = 0; r < rows; ++r) {
    float* z = logits + r * classes;
    const unsigned char* mask = masks ? masks + static_cast<long>(maskOf[r]) * classes : nullptr;
    int best = target[r];  // of equal logits the smallest class counts, as argmax has it
    for (int c = 0; c < classes; ++c)
      if ((!mask || mask[c]) && (z[c] > z[best] || (z[c] == z[best] && c < best))) best = c;
    correct += best == target[r];
    const float own = z[target[r]];
    total += static_cast<double>(softmaxRow(z, classes, mask, 1) - own);
    z[target[r]] -= 1;
    for (int c = 0; c < classes; ++c) z[c] *= scale;
  }
  if (right) *right = correct;
  return total;
}

// Eight rows side by side; those that a last block lacks are copies of the last one and do not count.
double judgeKernel(const float* logits, const int* target, long rows, int classes, const unsigned char* mask,
                   long* right) {
  constexpr int together = 8;
  double total = 0;
  long correct = 0;
  for (long first = 0; first < rows; first += together) {
    const float* row[together];
    float largest[together], sum[together], own[together];
    int best[together];
    for (int i = 0; i < together; ++i) {
      const long r = first + i < rows ? first + i : rows - 1;
      row[i] = logits + r * classes;
      own[i] = row[i][target[r]];
      largest[i] = -3.4e38F;
      sum[i] = 0;
      best[i] = 0;
    }
    for (int c = 0; c < classes; ++c) {
      if (mask && !mask[c]) continue;
      for (int i = 0; i < together; ++i) {
        const float value = row[i][c];
        best[i] = value > largest[i] ? c : best[i];
        largest[i] = value > largest[i] ? value : largest[i];
      }
    }
    for (int c = 0; c < classes; ++c) {
      if (mask && !mask[c]) continue;
      for (int i = 0; i < together; ++i) sum[i] += exponential(row[i][c] - largest[i]);
    }
    float loss[together];
    for (int i = 0; i < together; ++i) loss[i] = largest[i] + logarithm(sum[i]) - own[i];
    for (int i = 0; i < together && first + i < rows; ++i) {
      total += static_cast<double>(loss[i]);
      correct += best[i] == target[first + i];
    }
  }
  if (right) *right = correct;
  return total;
}

void softmaxKernel(float* logits, long rows, int classes, float temperature) {
  for (long r = 0; r < rows; ++r) softmaxRow(logits + r * classes, classes, nullptr, 1 / temperature);
}

double dotKernel(const float* a, const float* b, long count) {
  MlpLanes sums[4] = {};
  long i = 0;
  for (; i + 32 <= count; i += 32)
    for (int s = 0; s < 4; ++s)
      sums[s] += *reinterpret_cast<const MlpLanes*>(a + i + 8 * s) * *reinterpret_cast<const MlpLanes*>(b + i + 8 * s);
  double total = 0;
  for (int s = 0; s < 4; ++s)
    for (int lane = 0; lane < 8; ++lane) total += static_cast<double>(sums[s][lane]);
  for (; i < count; ++i) total += static_cast<double>(a[i] * b[i]);
  return total;
}

void addScaledToKernel(float* __restrict__ to, const float* __restrict__ from, float factor, long count) {
  for (long i = 0; i < count; ++i) to[i] += factor * from[i];
}

void mixKernel(float* to, float a, const float* x, float b, const float* y, long count) {
  for (long i = 0; i < count; ++i) to[i] = a * x[i] + b * y[i];
}

void momentumKernel(float* __restrict__ w, float* __restrict__ v, const float* __restrict__ g, float rate,
                    float momentum, long count) {
  if (momentum == 0) {  // v is then written only
    for (long i = 0; i < count; ++i) {
      v[i] = g[i];
      w[i] -= rate * g[i];
    }
    return;
  }
  for (long i = 0; i < count; ++i) {
    v[i] = momentum * v[i] + g[i];
    w[i] -= rate * v[i];
  }
}

void proximalKernel(float* __restrict__ w, const float* __restrict__ omega, const float* __restrict__ anchor,
                    float strength, long count) {
  for (long i = 0; i < count; ++i) {
    const float pull = strength * omega[i];
    w[i] = (w[i] + pull * anchor[i]) / (1 + pull);
  }
}

void squareKernel(float* x, long count) {
  for (long i = 0; i < count; ++i) x[i] *= x[i];
}

void absoluteKernel(float* x, long count) {
  for (long i = 0; i < count; ++i) x[i] = x[i] < 0 ? -x[i] : x[i];
}

// 0 * x is NaN where x is infinite or NaN, and 0 elsewhere.
bool finiteValuesKernel(const float* values, long count) {
  float sums[8] = {};
  long i = 0;
  for (; i + 8 <= count; i += 8)
    for (int s = 0; s < 8; ++s) sums[s] += 0 * values[i + s];
  for (; i < count; ++i) sums[0] += 0 * values[i];
  float sum = 0;
  for (int s = 0; s < 8; ++s) sum += sums[s];
  return sum == 0;
}

constexpr MlpKernels mlpKernelSet() {
  return {throughReluKernel, columnSumsKernel, columnProductsKernel, columnMomentsKernel, normaliseKernel,
          throughNormKernel, poolKernel,       unpoolKernel,         crossEntropyKernel,  judgeKernel,
          softmaxKernel,     dotKernel,        addScaledToKernel,    mixKernel,           momentumKernel,
          proximalKernel,    squareKernel,     absoluteKernel,       finiteValuesKernel};
}

}  // namespace
}  // namespace learnscope
