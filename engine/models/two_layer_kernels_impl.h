// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels' bodies, included by the baseline and the AVX2 file. Everything has internal linkage and uses no
// templates of the standard library: a weak symbol compiled for AVX2 could be the one the linker keeps for the
// baseline.
#pragma once

#include "engine/models/kernel_math.h"
#include "engine/models/two_layer_kernels.h"

#define LS_RESTRICT __restrict__

namespace learnscope {
namespace {

// Sums run in kLanes independent lanes, in a fixed order, whatever the vector width.
constexpr int kLanes = 16;

template <Activation A, class T>
inline T sigma(T z) {
  if constexpr (A == Activation::Square) return z * z;
  const T positive = z > T(0) ? z : T(0);
  if constexpr (A == Activation::Relu) return positive;
  if constexpr (A == Activation::SquaredRelu) return positive * positive;
  if constexpr (A == Activation::Silu) return z / (T(1) + exponential(-z));
}

template <Activation A, class T>
inline T sigmaSlope(T z) {
  if constexpr (A == Activation::Square) return z + z;
  if constexpr (A == Activation::Relu) return z > T(0) ? T(1) : T(0);
  if constexpr (A == Activation::SquaredRelu) return z > T(0) ? z + z : T(0);
  if constexpr (A == Activation::Silu) {
    const T s = T(1) / (T(1) + exponential(-z));
    return s * (T(1) + z * (T(1) - s));
  }
}

template <Activation A, class T>
struct Loops {
  static void activate(const T* z, T* f, long count) {
#pragma GCC ivdep
    for (long i = 0; i < count; ++i) f[i] = sigma<A>(z[i]);
  }

  static void slope(const T* z, T* d, long count) {
#pragma GCC ivdep
    for (long i = 0; i < count; ++i) d[i] = sigmaSlope<A>(z[i]);
  }

  static void gather(const T* w, int order, int hidden, const int* left, const int* right, int count, T* f) {
    for (int i = 0; i < count; ++i) {
      const T* LS_RESTRICT wa = w + static_cast<long>(left[i]) * hidden;
      const T* LS_RESTRICT wb = w + static_cast<long>(order + right[i]) * hidden;
      T* LS_RESTRICT row = f + static_cast<long>(i) * hidden;
      for (int j = 0; j < hidden; ++j) row[j] = sigma<A>(wa[j] + wb[j]);
    }
  }

  static void scatter(const T* w, int order, int hidden, const int* left, const int* right, int count, const T* df,
                      T* gradient) {
    for (int i = 0; i < count; ++i) {
      const long a = static_cast<long>(left[i]) * hidden;
      const long b = static_cast<long>(order + right[i]) * hidden;
      const T* LS_RESTRICT wa = w + a;
      const T* LS_RESTRICT wb = w + b;
      const T* LS_RESTRICT row = df + static_cast<long>(i) * hidden;
      T* LS_RESTRICT ga = gradient + a;
      T* LS_RESTRICT gb = gradient + b;
      for (int j = 0; j < hidden; ++j) {
        const T dz = row[j] * sigmaSlope<A>(wa[j] + wb[j]);
        ga[j] += dz;
        gb[j] += dz;
      }
    }
  }
};

// Calls f.template operator()<A>() for the activation given.
template <class F>
inline void dispatch(Activation activation, const F& f) {
  switch (activation) {
    case Activation::Square:
      return f.template operator()<Activation::Square>();
    case Activation::Relu:
      return f.template operator()<Activation::Relu>();
    case Activation::SquaredRelu:
      return f.template operator()<Activation::SquaredRelu>();
    case Activation::Silu:
      return f.template operator()<Activation::Silu>();
  }
}

template <class T>
void activateKernel(Activation activation, const T* z, T* f, long count) {
  dispatch(activation, [&]<Activation A>() { Loops<A, T>::activate(z, f, count); });
}

template <class T>
void slopeKernel(Activation activation, const T* z, T* d, long count) {
  dispatch(activation, [&]<Activation A>() { Loops<A, T>::slope(z, d, count); });
}

template <class T>
void gatherKernel(Activation activation, const T* w, int order, int hidden, const int* left, const int* right,
                  int count, T* f) {
  dispatch(activation, [&]<Activation A>() { Loops<A, T>::gather(w, order, hidden, left, right, count, f); });
}

template <class T>
void scatterKernel(Activation activation, const T* w, int order, int hidden, const int* left, const int* right,
                   int count, const T* df, T* gradient) {
  dispatch(activation,
           [&]<Activation A>() { Loops<A, T>::scatter(w, order, hidden, left, right, count, df, gradient); });
}

template <class T>
inline T laneTotal(const T* lanes) {
  T total = 0;
  for (int l = 0; l < kLanes; ++l) total += lanes[l];
  return total;
}

// Sum of a row, in lanes; `f` maps each element and may write it back.
template <class T, class F>
inline T laneSum(T* LS_RESTRICT row, int count, const F& f) {
  T lanes[kLanes] = {};
  int c = 0;
  for (; c + kLanes <= count; c += kLanes)
    for (int l = 0; l < kLanes; ++l) lanes[l] += f(row[c + l]);
  for (int l = 0; c < count; ++c, ++l) lanes[l] += f(row[c]);
  return laneTotal(lanes);
}

// Sum of squares of R = O - mean - (e_y - 1/M); its gradient 2 R sums to zero over a row already.
template <class T>
double centredRow(T* row, int y, int order, T scale) {
  const T mean = laneSum(row, order, [](T o) { return o; }) / static_cast<T>(order);
  row[y] -= T(1);
  const T shift = T(1) / static_cast<T>(order) - mean;
  const T twice = T(2) * scale;
  return laneSum(row, order, [&](T& o) {
    const T r = o + shift;
    o = twice * r;
    return r * r;
  });
}

// The row's part of the mean over all n*M entries.
template <class T>
double meanSquareRow(T* row, int y, int order, T scale) {
  row[y] -= T(1);
  const T twice = T(2) * scale / static_cast<T>(order);
  const T sum = laneSum(row, order, [&](T& o) {
    const T r = o;
    o = twice * r;
    return r * r;
  });
  return sum / static_cast<T>(order);
}

template <class T>
double crossEntropyRow(T* row, int y, int order, T scale) {
  T largest = row[0];
  for (int c = 1; c < order; ++c) largest = row[c] > largest ? row[c] : largest;
  const T own = row[y] - largest;
  const T sum = laneSum(row, order, [&](T& o) {
    o = exponential(o - largest);
    return o;
  });
  const T share = scale / sum;
  for (int c = 0; c < order; ++c) row[c] *= share;
  row[y] -= scale;
  return __builtin_log(static_cast<double>(sum)) - static_cast<double>(own);
}

template <class T>
double residualKernel(LossKind loss, T* o, const int* target, int count, int order, T scale) {
  double total = 0;
  for (int i = 0; i < count; ++i) {
    T* row = o + static_cast<long>(i) * order;
    switch (loss) {
      case LossKind::ClassCentred:
        total += centredRow(row, target[i], order, scale);
        break;
      case LossKind::MeanSquare:
        total += meanSquareRow(row, target[i], order, scale);
        break;
      case LossKind::CrossEntropy:
        total += crossEntropyRow(row, target[i], order, scale);
        break;
    }
  }
  return total;
}

template <class T>
void adamKernel(T* LS_RESTRICT w, T* LS_RESTRICT m, T* LS_RESTRICT v, const T* LS_RESTRICT g, long count, T rate,
                T rootScale, T beta1, T beta2, T coupled, T shrink) {
  const T rest1 = T(1) - beta1;
  const T rest2 = T(1) - beta2;
  for (long i = 0; i < count; ++i) {
    const T gradient = g[i] + coupled * w[i];
    const T first = beta1 * m[i] + rest1 * gradient;
    const T second = beta2 * v[i] + rest2 * gradient * gradient;
    m[i] = first;
    v[i] = second;
    w[i] = shrink * w[i] - rate * first / (squareRoot(second) * rootScale + T(1e-8));
  }
}

template <class T>
void sgdKernel(T* LS_RESTRICT w, T* LS_RESTRICT m, const T* LS_RESTRICT g, long count, T rate, T momentum, T coupled) {
  for (long i = 0; i < count; ++i) {
    m[i] = momentum * m[i] + (g[i] + coupled * w[i]);
    w[i] -= rate * m[i];
  }
}

// x - x is 0 for a finite x and NaN otherwise.
template <class T>
bool finiteKernel(const T* values, long count) {
  bool good = true;
  long i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    T lanes[kLanes];
    for (int l = 0; l < kLanes; ++l) lanes[l] = values[i + l] - values[i + l];
    good &= laneTotal(lanes) == T(0);
  }
  for (; i < count; ++i) good &= values[i] - values[i] == T(0);
  return good;
}

template <class T>
constexpr TwoLayerKernels<T> kernelSet() {
  return {gatherKernel<T>, scatterKernel<T>, residualKernel<T>, activateKernel<T>,
          slopeKernel<T>,  adamKernel<T>,    sgdKernel<T>,      finiteKernel<T>};
}

}  // namespace
}  // namespace learnscope

#undef LS_RESTRICT
