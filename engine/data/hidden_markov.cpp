// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/hidden_markov.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/core/decompositions.h"
#include "engine/core/short_number.h"

namespace learnscope {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMatrix>;

std::size_t cells(int rows, int columns) { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }

void checkRows(std::vector<double>& values, int rows, int columns, const char* what, const char* pointer,
               std::vector<Problem>& problems) {
  for (int i = 0; i < rows; ++i) {
    double* row = values.data() + cells(i, columns);
    double sum = 0;
    bool good = true;
    for (int j = 0; j < columns; ++j) {
      good = good && std::isfinite(row[j]) && row[j] >= 0;
      sum += row[j];
    }
    const std::string name = std::string(what) + " row " + std::to_string(i + 1);
    if (!good)
      problems.push_back({pointer, name, "has an entry that is negative or not finite (must be in 0..1)"});
    else if (std::abs(sum - 1) > 1e-6)
      problems.push_back({pointer, name, "sums to " + shortNumber(sum) + " (must be 1 ± 1e-6)"});
    else
      for (int j = 0; j < columns; ++j) row[j] /= sum;
  }
}

// A^n by squaring the lazy chain (A + I) / 2, which has the same long-run averages from every start and no period.
std::vector<double> longRunAverage(const std::vector<double>& transition, int states) {
  RowMatrix power = ConstMap(transition.data(), states, states);
  power = 0.5 * (power + RowMatrix::Identity(states, states));
  for (int i = 0; i < 60; ++i) {
    power = (power * power).eval();
    for (int r = 0; r < states; ++r) power.row(r) /= power.row(r).sum();
  }
  const Eigen::RowVectorXd mean = power.colwise().mean();
  return {mean.data(), mean.data() + mean.size()};
}

void cumulate(const std::vector<double>& rows, int columns, std::vector<double>& sums) {
  sums = rows;
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (i % static_cast<std::size_t>(columns) != 0) sums[i] += sums[i - 1];
}

int drawn(const double* cumulative, int count, double u) {
  int k = 0;
  while (k + 1 < count && u >= cumulative[k]) ++k;
  return k;
}

}  // namespace

double crossingProbability(int states) { return std::pow(0.05, 1.0 / (states - 1)); }

HiddenMarkov::HiddenMarkov(std::vector<double> transition, std::vector<double> emission, int states, int symbols,
                           const char* pointerA, const char* pointerE)
    : states_(states), symbols_(symbols), transition_(std::move(transition)), emission_(std::move(emission)) {
  std::vector<Problem> problems;
  if (states < 1 || states > 12 || transition_.size() != cells(states, states))
    problems.push_back({pointerA, std::to_string(transition_.size()) + " entries", "a square matrix of 1..12 states"});
  if (symbols < 2 || symbols > 8 || emission_.size() != cells(states, symbols))
    problems.push_back({pointerE, std::to_string(emission_.size()) + " entries",
                        "one row for each of the " + std::to_string(states) + " states and 2..8 columns"});
  if (problems.empty()) {
    checkRows(transition_, states, states, "transition", pointerA, problems);
    checkRows(emission_, states, symbols, "emission", pointerE, problems);
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
  stationary_ = longRunAverage(transition_, states_);
  cumulate(transition_, states_, cumulativeA_);
  cumulate(emission_, symbols_, cumulativeE_);
}

HiddenMarkov HiddenMarkov::linearChain(int states, bool crossing) {
  const double q = crossingProbability(states);
  if (states < 2 || states > 12) throw ConfigError("/hmm.states", std::to_string(states), "2..12");
  if (crossing && 1 - 2 * q < 0 && states > 2)
    throw ConfigError("/hmm.states", std::to_string(states),
                      "rule 'target' needs 1−2q ≥ 0; M=" + std::to_string(states) + " gives q=" + shortNumber(q) +
                          ". Use rule 'stay'");
  std::vector<double> a(cells(states, states), 0.0), e(cells(states, 3), 0.0);
  for (int i = 0; i < states; ++i) {
    const int neighbours = (i > 0) + (i + 1 < states);
    const double move = crossing ? q : 0.05 / neighbours;
    double* row = a.data() + cells(i, states);
    if (i > 0) row[i - 1] = move;
    if (i + 1 < states) row[i + 1] = move;
    row[i] = 1 - neighbours * move;
    const double alpha = static_cast<double>(i) / (states - 1);
    double* emit = e.data() + cells(i, 3);
    emit[0] = 0.99 * (1 - alpha);
    emit[1] = 0.01;
    emit[2] = 0.99 * alpha;
  }
  return {std::move(a), std::move(e), states, 3};
}

HiddenMarkov HiddenMarkov::fullyConnected() {
  std::vector<double> a(9, 0.025), e(9, 0.01);
  for (std::size_t i = 0; i < 3; ++i) {
    a[4 * i] = 0.95;
    e[4 * i] = 0.98;
  }
  return {std::move(a), std::move(e), 3, 3};
}

HiddenMarkov HiddenMarkov::cyclic() {
  std::vector<double> a(16, 0.0);
  for (std::size_t i = 0; i < 4; ++i) {
    a[4 * i + i] = 0.95;
    a[4 * i + (i + 1) % 4] = a[4 * i + (i + 3) % 4] = 0.025;
  }
  return {std::move(a), {0.9, 0.1, 0, 0.1, 0.9, 0, 0, 0.1, 0.9, 0, 0.9, 0.1}, 4, 3};
}

std::vector<double> HiddenMarkov::jointSymbols(int lag) const {
  const ConstMap a(transition_.data(), states_, states_), e(emission_.data(), states_, symbols_);
  const Eigen::Map<const Eigen::VectorXd> pi(stationary_.data(), states_);
  RowMatrix forward = e;
  for (int k = 0; k < lag; ++k) forward = (a * forward).eval();
  const RowMatrix joint = e.transpose() * pi.asDiagonal() * forward;
  return {joint.data(), joint.data() + joint.size()};
}

SymbolStatistics HiddenMarkov::statistics() const {
  SymbolStatistics s;
  s.symbols = symbols_;
  const ConstMap e(emission_.data(), states_, symbols_);
  const Eigen::Map<const Eigen::RowVectorXd> pi(stationary_.data(), states_);
  const Eigen::RowVectorXd f = pi * e;
  s.frequencies.assign(f.data(), f.data() + f.size());
  s.transitions = jointSymbols(1);
  s.changesPerStep = 1;
  for (int a = 0; a < symbols_; ++a) {
    double* row = s.transitions.data() + cells(a, symbols_);
    s.changesPerStep -= row[a];
    double sum = 0;
    for (int b = 0; b < symbols_; ++b) sum += row[b];
    for (int b = 0; b < symbols_; ++b) row[b] /= sum;  // 0/0 of a symbol that never occurs is NaN, as documented
  }
  return s;
}

double HiddenMarkov::excess(int lag) const {
  const std::vector<double> joint = jointSymbols(lag), f = statistics().frequencies;
  const std::size_t last = static_cast<std::size_t>(symbols_) - 1;
  return 0.5 * (joint.front() - f.front() * f.front() + joint.back() - f[last] * f[last]);
}

std::vector<double> HiddenMarkov::eigenvalueModuli() const {
  const Eigen::MatrixXd a = ConstMap(transition_.data(), states_, states_);
  const Eigen::VectorXcd values = a.eigenvalues();
  std::vector<double> moduli(static_cast<std::size_t>(states_));
  for (int i = 0; i < states_; ++i) moduli[static_cast<std::size_t>(i)] = std::abs(values[i]);
  std::sort(moduli.rbegin(), moduli.rend());
  return moduli;
}

std::vector<std::string_view> HiddenMarkov::warnings() const {
  const Eigen::MatrixXd a = ConstMap(transition_.data(), states_, states_);
  const Eigen::VectorXcd values = a.eigenvalues();
  int ones = 0, circle = 0;
  for (int i = 0; i < states_; ++i) {
    const bool one = std::abs(values[i] - 1.0) < 1e-9;
    ones += one;
    circle += !one && std::abs(std::abs(values[i]) - 1) < 1e-9;
  }
  std::vector<std::string_view> list;
  if (ones > 1)
    list.emplace_back(
        LS_TR("reducible: the stationary distribution is not unique; measures use the long-run average "
              "from the uniform start"));
  if (circle > 0)
    list.emplace_back(
        LS_TR("periodic: the state distribution oscillates; measures use the long-run average from the "
              "uniform start"));
  return list;
}

void HiddenMarkov::sample(int count, int length, RandomStream& random, std::uint8_t* out) const {
  sample(count, length, random, out, nullptr);
}

void HiddenMarkov::sample(int count, int length, RandomStream& random, std::uint8_t* out, std::uint8_t* states) const {
  for (int i = 0; i < count; ++i) {
    int z = static_cast<int>(random.below(static_cast<std::uint64_t>(states_)));
    for (int t = 0; t < length; ++t) {
      if (t > 0) z = drawn(cumulativeA_.data() + cells(z, states_), states_, random.uniform());
      *out++ = static_cast<std::uint8_t>(drawn(cumulativeE_.data() + cells(z, symbols_), symbols_, random.uniform()));
      if (states) *states++ = static_cast<std::uint8_t>(z);
    }
  }
}

}  // namespace learnscope
