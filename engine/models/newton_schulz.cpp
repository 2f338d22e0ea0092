// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/newton_schulz.h"

#include <algorithm>
#include <cmath>

#include "engine/models/blas.h"

namespace learnscope {
namespace {

constexpr double kCoefficients[5][3] = {
    {4.01, -9.22, 5.80}, {3.49, -6.38, 3.23}, {3.34, -6.21, 3.20}, {3.64, -7.48, 4.43}, {3.46, -5.35, 2.85}};

template <class T>
double frobenius(const T* g, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(g[i]) * static_cast<double>(g[i]);
  return std::sqrt(sum);
}

template <class T>
void transpose(const T* from, int rows, int columns, T* to) {
  for (long i = 0; i < rows; ++i)
    for (long j = 0; j < columns; ++j) to[j * rows + i] = from[i * columns + j];
}

}  // namespace

template <class T>
void NewtonSchulz<T>::resize(int rows, int columns) {
  rows_ = rows;
  columns_ = columns;
  const std::size_t size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  const std::size_t side = static_cast<std::size_t>(std::min(rows, columns));
  x_.assign(size, T(0));
  next_.assign(size, T(0));
  a_.assign(side * side, T(0));
  polynomial_.assign(side * side, T(0));
}

template <class T>
const T* NewtonSchulz<T>::operator()(const T* g) {
  const bool tall = rows_ > columns_;
  const int side = std::min(rows_, columns_);
  const int length = std::max(rows_, columns_);
  const T scale = static_cast<T>(1.0 / (frobenius(g, x_.size()) + 1e-7));
  if (tall)
    transpose(g, rows_, columns_, x_.data());
  else
    std::copy(g, g + x_.size(), x_.begin());
  for (T& value : x_) value *= scale;
  for (const auto& [a, b, c] : kCoefficients) {
    gemm(Transpose::No, Transpose::Yes, side, side, length, T(1), x_.data(), length, x_.data(), length, T(0), a_.data(),
         side);
    std::copy(a_.begin(), a_.end(), polynomial_.begin());
    gemm(Transpose::No, Transpose::No, side, side, side, static_cast<T>(c), a_.data(), side, a_.data(), side,
         static_cast<T>(b), polynomial_.data(), side);
    std::copy(x_.begin(), x_.end(), next_.begin());
    gemm(Transpose::No, Transpose::No, side, length, side, T(1), polynomial_.data(), side, x_.data(), length,
         static_cast<T>(a), next_.data(), length);
    x_.swap(next_);
  }
  if (!tall) return x_.data();
  transpose(x_.data(), columns_, rows_, next_.data());
  return next_.data();
}

template class NewtonSchulz<float>;
template class NewtonSchulz<double>;

}  // namespace learnscope
