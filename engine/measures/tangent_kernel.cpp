// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/tangent_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "engine/models/blas.h"

namespace learnscope {
namespace {

std::size_t at(std::int64_t row, std::int64_t width) { return static_cast<std::size_t>(row * width); }

double sumOfSquares(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * static_cast<double>(v);
  return sum;
}

/// |A^T B|_F^2 of A [rows, n], B [rows, m].
double crossPower(std::span<const float> a, int n, std::span<const float> b, int m, int rows) {
  std::vector<float> product(at(n, m));
  gemm(Transpose::Yes, Transpose::No, n, m, rows, 1.0F, a.data(), n, b.data(), m, 0.0F, product.data(), m);
  return sumOfSquares(product);
}

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::int64_t TangentKernel::rows(int trials, int steps, int outputs, bool lastOnly) {
  return std::int64_t{trials} * (lastOnly ? 1 : steps) * outputs;
}

void TangentKernel::compute(const TrialRnn& net, std::span<const float> x, int trials, int steps, bool lastOnly) {
  trials_ = trials;
  steps_ = steps;
  outputs_ = net.outputs;
  hidden_ = net.hidden;
  firstOutput_ = lastOnly ? steps - 1 : 0;
  rows_ = static_cast<int>(rows(trials, steps, net.outputs, lastOnly));
  forward(net, x, trials, steps, false, activity_);
  firstRow_.assign(static_cast<std::size_t>(steps), 0);
  trialRows_ = 0;
  for (int s = 1; s < steps; ++s) {
    firstRow_[static_cast<std::size_t>(s)] = trialRows_;
    trialRows_ += (steps - std::max(s, firstOutput_)) * outputs_;
  }
  kernel_.assign(at(rows_, rows_), 0.0F);
  if (trialRows_ == 0) return;
  sensitivity_.resize(at(std::int64_t{trials} * trialRows_, hidden_));
  states_.resize(at(std::int64_t{trials} * (steps - 1), hidden_));
  block_.resize(at(trialRows_, trialRows_));
  weights_.resize(at(steps - 1, steps - 1));
  for (int trial = 0; trial < trials; ++trial) sensitivities(net, trial);
  for (int a = 0; a < trials; ++a)
    for (int b = a; b < trials; ++b) addPair(net, a, b);
  for (int r = 0; r < rows_; ++r)
    for (int c = 0; c < r; ++c) kernel_[at(r, rows_) + at(c, 1)] = kernel_[at(c, rows_) + at(r, 1)];
}

// Rows of s: those of s + 1 carried one step back (they are the later t), after the row of t = s itself.
void TangentKernel::sensitivities(const TrialRnn& net, int trial) {
  const TrialRnnKernels& kernels = trialRnnKernels();
  const int n = hidden_;
  float* const own = sensitivity_.data() + at(std::int64_t{trial} * trialRows_, n);
  const auto hiddenAt = [&](int s) { return activity_.hidden.data() + at(std::int64_t{s} * trials_ + trial, n); };
  for (int s = steps_ - 1; s >= 1; --s) {
    float* const now = own + at(firstRow_[static_cast<std::size_t>(s)], n);
    const int fresh = s >= firstOutput_ ? outputs_ : 0;
    std::copy_n(net.readout.data(), at(fresh, n), now);
    if (s + 1 < steps_) {
      const float* const later = own + at(firstRow_[static_cast<std::size_t>(s + 1)], n);
      const int carried = (steps_ - std::max(s + 1, firstOutput_)) * outputs_;
      float* const back = now + at(fresh, n);
      gemm(Transpose::No, Transpose::No, carried, n, n, net.leak, later, n, net.recurrent.data(), n, 0.0F, back, n);
      if (net.leak < 1) kernels.addScaled(back, later, 1 - net.leak, static_cast<long>(at(carried, n)));
    }
    const int count = (steps_ - std::max(s, firstOutput_)) * outputs_;
    for (int r = 0; r < count; ++r) kernels.throughActivation(net.activation, now + at(r, n), hiddenAt(s), n);
  }
  for (int s = 1; s < steps_; ++s)
    std::copy_n(hiddenAt(s - 1), n, states_.data() + at(std::int64_t{trial} * (steps_ - 1) + s - 1, n));
}

void TangentKernel::addPair(const TrialRnn& net, int a, int b) {
  const TrialRnnKernels& kernels = trialRnnKernels();
  const int n = hidden_, span = steps_ - 1, perTrial = rows_ / trials_;
  const auto eOf = [&](int trial) { return sensitivity_.data() + at(std::int64_t{trial} * trialRows_, n); };
  const auto hOf = [&](int trial) { return states_.data() + at(std::int64_t{trial} * span, n); };
  gemm(Transpose::No, Transpose::Yes, trialRows_, trialRows_, n, net.leak * net.leak, eOf(a), n, eOf(b), n, 0.0F,
       block_.data(), trialRows_);
  gemm(Transpose::No, Transpose::Yes, span, span, n, 1.0F, hOf(a), n, hOf(b), n, 0.0F, weights_.data(), span);
  // Within a trial the row (t, k) of s stands (max(s, firstOutput) - firstOutput) outputs after that of the first t.
  const auto offset = [&](int s) { return (std::max(s, firstOutput_) - firstOutput_) * outputs_; };
  float* const target = kernel_.data() + at(std::int64_t{a} * perTrial, rows_) + at(b, perTrial);
  for (int s = 1; s < steps_; ++s)
    for (int u = 1; u < steps_; ++u) {
      const float weight = weights_[at(s - 1, span) + at(u - 1, 1)];
      if (weight == 0) continue;
      const float* from = block_.data() + at(firstRow_[static_cast<std::size_t>(s)], trialRows_) +
                          firstRow_[static_cast<std::size_t>(u)];
      kernels.addScaledBlock(target + at(offset(s), rows_) + offset(u), rows_, from, trialRows_,
                             (steps_ - std::max(s, firstOutput_)) * outputs_,
                             (steps_ - std::max(u, firstOutput_)) * outputs_, weight);
    }
}

double matrixAlignment(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) throw std::invalid_argument("matrixAlignment: matrices of different sizes");
  double product = 0;
  for (std::size_t i = 0; i < a.size(); ++i) product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  const double norms = std::sqrt(sumOfSquares(a)) * std::sqrt(sumOfSquares(b));
  return norms > 0 ? product / norms : undefined;
}

double representationAlignment(std::span<const float> h, int n, std::span<const float> h0, int m, int rows) {
  const double norms = std::sqrt(crossPower(h, n, h, n, rows)) * std::sqrt(crossPower(h0, m, h0, m, rows));
  return norms > 0 ? crossPower(h0, m, h, n, rows) / norms : undefined;
}

double targetAlignment(std::span<const float> kernel, std::span<const double> targets) {
  const std::size_t rows = targets.size();
  if (kernel.size() != rows * rows) throw std::invalid_argument("targetAlignment: a kernel of another size");
  double mean = 0;
  for (const double y : targets) mean += y / static_cast<double>(rows);
  double form = 0, power = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    double row = 0;
    for (std::size_t j = 0; j < rows; ++j) row += static_cast<double>(kernel[i * rows + j]) * (targets[j] - mean);
    form += (targets[i] - mean) * row;
    power += (targets[i] - mean) * (targets[i] - mean);
  }
  const double norms = std::sqrt(sumOfSquares(kernel)) * power;
  return norms > 0 ? form / norms : undefined;
}

double signSimilarity(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size() || a.empty()) return undefined;
  std::size_t equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += (a[i] > 0) == (b[i] > 0) && (a[i] < 0) == (b[i] < 0);
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

}  // namespace learnscope
