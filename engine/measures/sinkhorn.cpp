// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/sinkhorn.h"

#include <algorithm>
#include <cmath>

#include "engine/models/blas.h"
#include "engine/models/rnn_kernels.h"

namespace learnscope {

namespace {

/// Calls f for every eps of the schedule.
template <class F>
void forEachEpsilon(double squaredDiameter, double blur, double scaling, const F& f) {
  f(squaredDiameter);
  const double stop = 2 * std::log(blur), step = 2 * std::log(scaling);
  for (double e = std::log(squaredDiameter); e > stop; e += step) f(std::exp(e));
  f(blur * blur);
}

}  // namespace

std::vector<double> epsilonSchedule(double squaredDiameter, double blur, double scaling) {
  std::vector<double> schedule;
  forEachEpsilon(squaredDiameter, blur, scaling, [&](double eps) { schedule.push_back(eps); });
  return schedule;
}

template <class T>
void Sinkhorn<T>::resize(int n, int width, int symbols) {
  if (n == n_ && width == width_ && symbols == symbols_) return;
  n_ = n;
  width_ = width;
  symbols_ = symbols;
  const auto rows = static_cast<std::size_t>(n), columns = static_cast<std::size_t>(width * symbols);
  for (Costs* square : {&costXY_, &costXX_}) square->resize(rows * rows);
  for (Vector* square : {&kernelXY_, &kernelXX_}) square->resize(rows * rows);
  table_.resize(static_cast<std::size_t>(width) + 1);
  for (Vector* row : {&ax_, &by_, &ay_, &bx_, &nextAx_, &nextBy_, &nextAy_, &nextBx_, &scaled_, &sums_})
    row->resize(rows);
  for (Vector* wide : {&oneHotX_, &oneHotY_, &weighted_, &meanX_, &meanY_}) wide->resize(rows * columns);
}

template <class T>
void Sinkhorn<T>::setEpsilon(double eps) {
  if (eps == eps_) return;
  eps_ = eps;
  if (logDomain_) return;
  const long count = static_cast<long>(n_) * n_;
  for (std::size_t c = 0; c < table_.size(); ++c) table_[c] = static_cast<T>(std::exp(-static_cast<double>(c) / eps));
  rnnKernels<T>().lookUp(costXY_.data(), count, table_.data(), kernelXY_.data());
  rnnKernels<T>().lookUp(costXX_.data(), count, table_.data(), kernelXX_.data());
  if (yy_) rnnKernels<T>().lookUp(costYY_.data(), count, table_.data(), kernelYY_.data());
}

// Outside the log domain the sum is a product of exp(-C / eps) with exp(other / eps), shifted by its largest entry.
template <class T>
void Sinkhorn<T>::softmin(const Costs& cost, const Vector& kernel, bool transposed, const Vector* other,
                          Vector& potential) {
  const T eps = static_cast<T>(eps_), inverse = static_cast<T>(1 / eps_), logN = static_cast<T>(std::log(n_));
  const auto n = static_cast<std::size_t>(n_);
  if (logDomain_) {
    for (std::size_t j = 0; j < n; ++j) scaled_[j] = other ? (*other)[j] * inverse - logN : -logN;
    rnnKernels<T>().logSumExp(cost.data(), scaled_.data(), n_, n_, inverse, sums_.data());
    for (std::size_t i = 0; i < n; ++i) potential[i] = -eps * sums_[i];
    return;
  }
  T top = 0;
  if (other) top = *std::max_element(other->begin(), other->end()) * inverse;
  for (std::size_t j = 0; j < n; ++j) scaled_[j] = other ? std::exp((*other)[j] * inverse - top) : T(1);
  gemv(transposed ? Transpose::Yes : Transpose::No, n_, n_, T(1), kernel.data(), n_, scaled_.data(), T(0),
       sums_.data());
  for (std::size_t i = 0; i < n; ++i) potential[i] = -eps * (std::log(sums_[i]) + top - logN);
}

template <class T>
void Sinkhorn<T>::average(Vector& potential, const Vector& update) const {
  for (std::size_t i = 0; i < potential.size(); ++i) potential[i] = T(0.5) * (potential[i] + update[i]);
}

template <class T>
void Sinkhorn<T>::iterate(double eps) {
  setEpsilon(eps);
  softmin(costXX_, kernelXX_, false, &ax_, nextAx_);
  softmin(costYX_, kernelXY_, true, &bx_, nextAy_);
  softmin(costXY_, kernelXY_, false, &ay_, nextBx_);
  if (yy_) softmin(costYY_, kernelYY_, false, &by_, nextBy_);
  average(ax_, nextAx_);
  average(ay_, nextAy_);
  average(bx_, nextBx_);
  if (yy_) average(by_, nextBy_);
}

template <class T>
void Sinkhorn<T>::begin(const std::uint8_t* x, const std::uint8_t* y, double blur, bool yy) {
  const auto& kernels = rnnKernels<T>();
  yy_ = yy;
  eps_ = 0;
  // The exponents reach 2 width / eps: once from the cost, once from the potentials.
  logDomain_ = inLogDomain_ || 2 * width_ / (blur * blur) > (sizeof(T) == 4 ? 80.0 : 600.0);
  const auto square = static_cast<std::size_t>(n_) * static_cast<std::size_t>(n_);
  kernels.mismatches(x, y, width_, n_, n_, costXY_.data());
  kernels.mismatches(x, x, width_, n_, n_, costXX_.data());
  if (logDomain_) {
    costYX_.resize(square);
    kernels.mismatches(y, x, width_, n_, n_, costYX_.data());
  }
  if (yy) {
    costYY_.resize(square);
    kernelYY_.resize(square);
    kernels.mismatches(y, y, width_, n_, n_, costYY_.data());
  }
  const double squaredDiameter = static_cast<double>(symbols_) * width_;
  setEpsilon(squaredDiameter);
  softmin(costXX_, kernelXX_, false, nullptr, ax_);
  softmin(costYX_, kernelXY_, true, nullptr, ay_);
  softmin(costXY_, kernelXY_, false, nullptr, bx_);
  if (yy) softmin(costYY_, kernelYY_, false, nullptr, by_);
  forEachEpsilon(squaredDiameter, blur, 0.5, [&](double eps) { iterate(eps); });
}

template <class T>
void Sinkhorn<T>::oneHot(const std::uint8_t* x, Vector& out) const {
  std::fill(out.begin(), out.end(), T(0));
  const auto n = static_cast<std::size_t>(n_), k = static_cast<std::size_t>(symbols_),
             columns = static_cast<std::size_t>(width_) * k;
  for (std::size_t s = 0; s < static_cast<std::size_t>(width_); ++s)
    for (std::size_t i = 0; i < n; ++i) out[i * columns + s * k + x[s * n + i]] = T(1);
}

template <class T>
void Sinkhorn<T>::barycentre(const Costs& cost, const Vector& kernel, const Vector& other, const Vector& oneHot,
                             Vector& out) {
  const auto n = static_cast<std::size_t>(n_);
  const int columns = width_ * symbols_;
  const T inverse = static_cast<T>(1 / eps_);
  if (logDomain_) {
    square_.resize(n * n);
    for (std::size_t j = 0; j < n; ++j) scaled_[j] = other[j] * inverse;
    rnnKernels<T>().logSumExp(cost.data(), scaled_.data(), n_, n_, inverse, sums_.data());
    rnnKernels<T>().plan(cost.data(), scaled_.data(), sums_.data(), n_, n_, inverse, square_.data());
    gemm(Transpose::No, Transpose::No, n_, columns, n_, T(1), square_.data(), n_, oneHot.data(), columns, T(0),
         out.data(), columns);
    return;
  }
  const T top = *std::max_element(other.begin(), other.end()) * inverse;
  for (std::size_t j = 0; j < n; ++j) scaled_[j] = std::exp(other[j] * inverse - top);
  gemv(Transpose::No, n_, n_, T(1), kernel.data(), n_, scaled_.data(), T(0), sums_.data());
  const auto wide = static_cast<std::size_t>(columns);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t c = 0; c < wide; ++c) weighted_[j * wide + c] = scaled_[j] * oneHot[j * wide + c];
  gemm(Transpose::No, Transpose::No, n_, columns, n_, T(1), kernel.data(), n_, weighted_.data(), columns, T(0),
       out.data(), columns);
  for (std::size_t i = 0; i < n; ++i) {
    const T share = T(1) / sums_[i];
    for (std::size_t c = 0; c < wide; ++c) out[i * wide + c] *= share;
  }
}

template <class T>
const AlignedVector<T>& Sinkhorn<T>::gradient(const std::uint8_t* x, const std::uint8_t* y, double blur) {
  begin(x, y, blur, false);
  oneHot(x, oneHotX_);
  oneHot(y, oneHotY_);
  barycentre(costXX_, kernelXX_, ax_, oneHotX_, meanX_);
  barycentre(costXY_, kernelXY_, ay_, oneHotY_, meanY_);
  const T share = T(1) / static_cast<T>(n_);
  for (std::size_t i = 0; i < meanX_.size(); ++i) meanX_[i] = (meanX_[i] - meanY_[i]) * share;
  return meanX_;
}

template <class T>
double Sinkhorn<T>::value(const std::uint8_t* x, const std::uint8_t* y, double blur) {
  begin(x, y, blur, true);
  softmin(costXX_, kernelXX_, false, &ax_, nextAx_);
  softmin(costYX_, kernelXY_, true, &bx_, nextAy_);
  softmin(costXY_, kernelXY_, false, &ay_, nextBx_);
  softmin(costYY_, kernelYY_, false, &by_, nextBy_);
  double sum = 0;
  for (std::size_t i = 0; i < ax_.size(); ++i)
    sum += static_cast<double>(nextBx_[i]) - nextAx_[i] + static_cast<double>(nextAy_[i]) - nextBy_[i];
  return sum / n_;
}

template <class T>
void Sinkhorn<T>::plan(AlignedVector<T>& plan) {
  const T inverse = static_cast<T>(1 / eps_);
  plan.resize(costXY_.size());
  for (std::size_t j = 0; j < scaled_.size(); ++j) scaled_[j] = ay_[j] * inverse;
  rnnKernels<T>().logSumExp(costXY_.data(), scaled_.data(), n_, n_, inverse, sums_.data());
  rnnKernels<T>().plan(costXY_.data(), scaled_.data(), sums_.data(), n_, n_, inverse, plan.data());
}

template class Sinkhorn<float>;
template class Sinkhorn<double>;

}  // namespace learnscope
