// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/recurrent_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/models/blas.h"

namespace learnscope {
namespace {

std::size_t cells(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/// z [n][rows] = h W' + b, W [rows][columns].
void affine(const double* h, int n, int h0, const std::vector<double>& w, const std::vector<double>& b, int columns,
            double* z) {
  const int rows = static_cast<int>(b.size());
  for (int i = 0; i < n; ++i) std::copy(b.begin(), b.end(), z + cells(i, rows));
  gemm(Transpose::No, Transpose::Yes, n, rows, columns, 1.0, h, h0, w.data(), columns, 1.0, z, rows);
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double cumulativeNormal(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normalDensity(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); }

/// Nodes and weights of E[f(xi)], xi standard normal: the 7-point Gauss-Hermite rule (Abramowitz & Stegun 25.10).
constexpr std::array<std::array<double, 2>, 7> kGaussHermite{{{-3.750439717725742, 5.482688559722184e-4},
                                                              {-2.366759410734541, 3.075712396758651e-2},
                                                              {-1.154405394739968, 2.401231786050127e-1},
                                                              {0.0, 4.571428571428571e-1},
                                                              {1.154405394739968, 2.401231786050127e-1},
                                                              {2.366759410734541, 3.075712396758651e-2},
                                                              {3.750439717725742, 5.482688559722184e-4}}};

/// out row i += scale_i * w row i, rows of `columns` values out of `stride`.
void addScaledRow(double scale, const double* w, int columns, double* out) {
  for (int j = 0; j < columns; ++j) out[j] += scale * w[j];
}

}  // namespace

ElmanMap::ElmanMap(RnnActivation activation, std::vector<double> w, std::vector<double> b, double leak)
    : activation_(activation), w_(std::move(w)), b_(std::move(b)), leak_(leak) {}

bool ElmanMap::homogeneous() const {
  return activation_ == RnnActivation::Relu && std::all_of(b_.begin(), b_.end(), [](double v) { return v == 0; });
}

void ElmanMap::step(const double* h, int n, double* next) const {
  const int size = dimension();
  affine(h, n, size, w_, b_, size, next);
  const std::size_t count = cells(n, size);
  rnnKernels<double>().activate(activation_, next, static_cast<long>(count));
  if (leak_ == 1) return;
  for (std::size_t i = 0; i < count; ++i) next[i] = (1 - leak_) * h[i] + leak_ * next[i];
}

void ElmanMap::jacobian(const double* h, double* out) const {
  const int size = dimension();
  thread_local std::vector<double> f;
  f.resize(b_.size());
  affine(h, 1, size, w_, b_, size, f.data());
  for (int i = 0; i < size; ++i) {
    double slope = 0;
    if (activation_ == RnnActivation::Relu) {
      slope = f[static_cast<std::size_t>(i)] > 0 ? 1 : 0;
    } else {
      const double t = std::tanh(f[static_cast<std::size_t>(i)]);
      slope = 1 - t * t;
    }
    const double scale = leak_ * slope;
    double* row = out + cells(i, size);
    const double* w = w_.data() + cells(i, size);
    for (int j = 0; j < size; ++j) row[j] = scale * w[j];
    row[i] += 1 - leak_;
  }
}

GruMap::GruMap(std::vector<double> w, std::vector<double> recurrentBias, std::vector<double> input)
    : hidden_(static_cast<int>(recurrentBias.size() / 3)),
      w_(std::move(w)),
      b_(std::move(recurrentBias)),
      input_(std::move(input)) {}

void GruMap::step(const double* h, int n, double* next) const {
  const int size = hidden_;
  std::vector<double> z(cells(n, 3 * size));
  affine(h, n, size, w_, b_, size, z.data());
  for (int i = 0; i < n; ++i) {
    const double* a = z.data() + cells(i, 3 * size);
    for (int u = 0; u < size; ++u) {
      const double r = sigmoid(a[u] + input_[static_cast<std::size_t>(u)]);
      const double update = sigmoid(a[size + u] + input_[static_cast<std::size_t>(size + u)]);
      const double fresh = std::tanh(input_[static_cast<std::size_t>(2 * size + u)] + r * a[2 * size + u]);
      next[cells(i, size) + static_cast<std::size_t>(u)] =
          (1 - update) * fresh + update * h[cells(i, size) + static_cast<std::size_t>(u)];
    }
  }
}

void GruMap::jacobian(const double* h, double* out) const {
  const int size = hidden_;
  std::vector<double> a(cells(3, size));
  affine(h, 1, size, w_, b_, size, a.data());
  std::fill_n(out, cells(size, size), 0.0);
  for (int u = 0; u < size; ++u) {
    const auto at = static_cast<std::size_t>(u), h1 = static_cast<std::size_t>(size);
    const double r = sigmoid(a[at] + input_[at]), z = sigmoid(a[h1 + at] + input_[h1 + at]);
    const double inner = a[2 * h1 + at], n = std::tanh(input_[2 * h1 + at] + r * inner);
    const double slope = (1 - z) * (1 - n * n);
    double* row = out + cells(u, size);
    addScaledRow(slope * inner * r * (1 - r), w_.data() + cells(u, size), size, row);
    addScaledRow((h[u] - n) * z * (1 - z), w_.data() + cells(size + u, size), size, row);
    addScaledRow(slope * r, w_.data() + cells(2 * size + u, size), size, row);
    row[u] += z;
  }
}

LstmMap::LstmMap(std::vector<double> w, std::vector<double> bias)
    : hidden_(static_cast<int>(bias.size() / 4)), w_(std::move(w)), b_(std::move(bias)) {}

void LstmMap::step(const double* h, int n, double* next) const {
  const int size = hidden_;
  std::vector<double> z(cells(n, 4 * size));
  affine(h, n, 2 * size, w_, b_, size, z.data());
  for (int i = 0; i < n; ++i) {
    const double* a = z.data() + cells(i, 4 * size);
    const double* c = h + cells(i, 2 * size) + size;
    double* out = next + cells(i, 2 * size);
    for (int u = 0; u < size; ++u) {
      out[size + u] = sigmoid(a[size + u]) * c[u] + sigmoid(a[u]) * std::tanh(a[2 * size + u]);
      out[u] = sigmoid(a[3 * size + u]) * std::tanh(out[size + u]);
    }
  }
}

void LstmMap::jacobian(const double* h, double* out) const {
  const int size = hidden_, both = 2 * size;
  std::vector<double> a(cells(4, size));
  affine(h, 1, both, w_, b_, size, a.data());
  std::fill_n(out, cells(both, both), 0.0);
  const auto w = [&](int gate, int u) { return w_.data() + cells(gate * size + u, size); };
  for (int u = 0; u < size; ++u) {
    const double i = sigmoid(a[static_cast<std::size_t>(u)]), f = sigmoid(a[static_cast<std::size_t>(size + u)]);
    const double g = std::tanh(a[static_cast<std::size_t>(2 * size + u)]);
    const double o = sigmoid(a[static_cast<std::size_t>(3 * size + u)]);
    const double c = f * h[size + u] + i * g, t = std::tanh(c), slope = o * (1 - t * t);
    double* cell = out + cells(size + u, both);
    addScaledRow(g * i * (1 - i), w(0, u), size, cell);
    addScaledRow(h[size + u] * f * (1 - f), w(1, u), size, cell);
    addScaledRow(i * (1 - g * g), w(2, u), size, cell);
    cell[size + u] = f;
    double* hidden = out + cells(u, both);
    addScaledRow(slope, cell, both, hidden);
    addScaledRow(t * o * (1 - o), w(3, u), size, hidden);
  }
}

MeanMap::MeanMap(RnnActivation activation, std::vector<double> w, std::vector<double> b, std::vector<double> s)
    : activation_(activation), w_(std::move(w)), b_(std::move(b)), s_(std::move(s)) {}

double meanRelu(double m, double s) {
  if (s <= 0) return std::max(m, 0.0);
  return m * cumulativeNormal(m / s) + s * normalDensity(m / s);
}

void MeanMap::step(const double* h, int n, double* next) const {
  const int size = dimension();
  affine(h, n, size, w_, b_, size, next);
  for (int i = 0; i < n; ++i)
    for (int u = 0; u < size; ++u) {
      double& value = next[cells(i, size) + static_cast<std::size_t>(u)];
      const double m = value, s = s_[static_cast<std::size_t>(u)];
      if (activation_ == RnnActivation::Relu) {
        value = meanRelu(m, s);
        continue;
      }
      value = 0;
      for (const auto& [node, weight] : kGaussHermite) value += weight * std::tanh(m + s * node);
    }
}

void MeanMap::jacobian(const double* h, double* out) const {
  const int size = dimension();
  std::vector<double> z(b_.size());
  affine(h, 1, size, w_, b_, size, z.data());
  for (int u = 0; u < size; ++u) {
    const double m = z[static_cast<std::size_t>(u)], s = s_[static_cast<std::size_t>(u)];
    double slope = 0;
    if (activation_ == RnnActivation::Relu) {
      slope = s > 0 ? cumulativeNormal(m / s) : (m > 0 ? 1 : 0);
    } else {
      for (const auto& [node, weight] : kGaussHermite) {
        const double t = std::tanh(m + s * node);
        slope += weight * (1 - t * t);
      }
    }
    for (int j = 0; j < size; ++j)
      out[cells(u, size) + static_cast<std::size_t>(j)] = slope * w_[cells(u, size) + static_cast<std::size_t>(j)];
  }
}

}  // namespace learnscope
