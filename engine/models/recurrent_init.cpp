// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/recurrent_init.h"

#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "engine/core/decompositions.h"
#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/measures/distances.h"
#include "engine/measures/effective_rank.h"

namespace learnscope {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::array<std::pair<Wiring, std::string_view>, 9> wirings{{{Wiring::Full, "full"},
                                                                      {Wiring::Rank, "rank"},
                                                                      {Wiring::Aligned, "aligned"},
                                                                      {Wiring::DaleBalanced, "daleBalanced"},
                                                                      {Wiring::DaleUnbalanced, "daleUnbalanced"},
                                                                      {Wiring::Block, "block"},
                                                                      {Wiring::Chain, "chain"},
                                                                      {Wiring::Sparse, "sparse"},
                                                                      {Wiring::User, "user"}}};
constexpr std::array<std::pair<NormRule, std::string_view>, 4> rules{{{NormRule::Frobenius, "frobenius"},
                                                                      {NormRule::SpectralRadius, "spectralRadius"},
                                                                      {NormRule::SpectralNorm, "spectralNorm"},
                                                                      {NormRule::None, "none"}}};

template <class Table>
std::string_view idIn(const Table& table, typename Table::value_type::first_type wanted) {
  for (const auto& [value, id] : table)
    if (value == wanted) return id;
  return {};
}

template <class Table>
auto valueIn(const Table& table, const std::string& id, const std::string& pointer) {
  std::vector<std::string> known;
  std::string all;
  for (const auto& [value, name] : table) {
    if (name == id) return value;
    known.emplace_back(name);
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  const std::string nearest = nearestName(id, known);
  throw ConfigError(pointer, id, "one of " + all + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

std::size_t square(int n) { return static_cast<std::size_t>(n) * static_cast<std::size_t>(n); }

/// The draws of a structure beyond G: n_ij first, then whatever is its own.
struct Draws {
  Draws(const RecurrentInit& init, std::uint64_t seed)
      : random(seed, "structure"), n(random.normals(square(init.hidden))) {}
  RandomStream random;
  std::vector<double> n;
};

std::vector<double> truncated(std::span<const double> matrix, int n, int rank, bool unitValues) {
  const Eigen::Map<const RowMajor> m(matrix.data(), n, n);
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(m, Eigen::ComputeThinU | Eigen::ComputeThinV);
  Eigen::VectorXd s = svd.singularValues().head(rank);
  if (unitValues) s.setOnes();
  std::vector<double> result(square(n));
  Eigen::Map<RowMajor>(result.data(), n, n) =
      svd.matrixU().leftCols(rank) * s.asDiagonal() * svd.matrixV().leftCols(rank).transpose();
  return result;
}

std::vector<double> dale(const RecurrentInit& init, std::uint64_t seed, bool balanced) {
  std::vector<double> v = Draws(init, seed).n;
  const int n = init.hidden, inhibitory = init.inhibitoryCount();
  const double strength = balanced ? static_cast<double>(n - inhibitory) / inhibitory : 1;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const bool negative = static_cast<int>(i % static_cast<std::size_t>(n)) >= n - inhibitory;
    v[i] = std::abs(v[i]) * (negative ? -strength : 1);
  }
  return v;
}

std::vector<double> blocks(const RecurrentInit& init, std::uint64_t seed) {
  Draws draws(init, seed);
  const std::vector<double> means = draws.random.normals(square(init.blocks));
  const auto n = static_cast<std::size_t>(init.hidden), b = static_cast<std::size_t>(init.blocks);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) draws.n[i * n + j] += init.blockStrength * means[(i * b / n) * b + j * b / n];
  return std::move(draws.n);
}

std::vector<double> chain(const RecurrentInit& init, std::uint64_t seed) {
  Draws draws(init, seed);
  const auto n = static_cast<std::size_t>(init.hidden);
  std::vector<double> q = draws.random.normals(n);
  const double mean = std::accumulate(q.begin(), q.end(), 0.0) / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) draws.n[i * n + j] += init.chainStrength * (q[i] + q[j] - 2 * mean);
  return std::move(draws.n);
}

std::vector<double> sparse(const RecurrentInit& init, std::uint64_t seed) {
  Draws draws(init, seed);
  for (double& value : draws.n)
    if (draws.random.uniform() >= init.density) value = 0;
  return std::move(draws.n);
}

std::vector<double> unscaled(const RecurrentInit& init, Wiring wiring, int rank, std::uint64_t seed,
                             std::span<const double> gaussian, std::span<const double> given) {
  switch (wiring) {
    case Wiring::Full:
      return {gaussian.begin(), gaussian.end()};
    case Wiring::Rank:
      return truncated(gaussian, init.hidden, rank, false);
    case Wiring::Aligned:
      return truncated(given, init.hidden, rank, true);
    case Wiring::User:
      return {given.begin(), given.end()};
    case Wiring::DaleBalanced:
    case Wiring::DaleUnbalanced:
      return dale(init, seed, wiring == Wiring::DaleBalanced);
    case Wiring::Block:
      return blocks(init, seed);
    case Wiring::Chain:
      return chain(init, seed);
    case Wiring::Sparse:
      return sparse(init, seed);
  }
  return {};
}

/// Squares the normalised matrix until A^(2^k), 2^k >= n: the computed eigenvalues of a nilpotent matrix are far from 0
/// (as eps^(1/n)), its squares are not.
bool nilpotent(std::span<const double> matrix, int n) {
  RowMajor a = Eigen::Map<const RowMajor>(matrix.data(), n, n);
  a /= a.norm();
  for (int power = 1; power < n; power *= 2) {
    const RowMajor squared = a * a;
    const double size = squared.norm();
    if (size < 1e-12) return true;
    a = squared / size;
  }
  return false;
}

bool drawsUnitEntries(Wiring wiring) {
  return wiring == Wiring::DaleBalanced || wiring == Wiring::DaleUnbalanced || wiring == Wiring::Block ||
         wiring == Wiring::Chain || wiring == Wiring::Sparse;
}

}  // namespace

std::string_view idOf(Wiring wiring) { return idIn(wirings, wiring); }
std::string_view idOf(NormRule rule) { return idIn(rules, rule); }
Wiring wiringFrom(const std::string& id, const std::string& pointer) { return valueIn(wirings, id, pointer); }
NormRule normRuleFrom(const std::string& id, const std::string& pointer) { return valueIn(rules, id, pointer); }

int RecurrentInit::inhibitoryCount() const { return static_cast<int>(std::lround(inhibitory * hidden)); }

void RecurrentInit::check(Wiring wiring, int rank) const {
  std::vector<Problem> problems;
  const auto refuse = [&](const char* key, const std::string& value, const std::string& allowed) {
    problems.push_back({key, value, allowed});
  };
  if (hidden < 2) refuse("/hidden", std::to_string(hidden), "2 or more");
  if (!(gain > 0) || !std::isfinite(gain)) refuse("/init.gain", std::to_string(gain), "above 0");
  if ((wiring == Wiring::Rank || wiring == Wiring::Aligned) && (rank < 1 || rank > hidden))
    refuse("/init.ranks", std::to_string(rank), "must be 1.." + std::to_string(hidden));
  if (wiring == Wiring::DaleBalanced || wiring == Wiring::DaleUnbalanced) {
    const int negative = inhibitory > 0 && inhibitory < 1 ? inhibitoryCount() : 0;
    if (negative < 1 || negative >= hidden)
      refuse("/init.inhibitory", std::to_string(inhibitory),
             "in (0, 1) with at least one column of each sign; this gives " + std::to_string(hidden - negative) +
                 " excitatory and " + std::to_string(negative) + " inhibitory");
  }
  if (wiring == Wiring::Block && (blocks < 1 || blocks > hidden))
    refuse("/init.blocks", std::to_string(blocks), "1.." + std::to_string(hidden));
  if (wiring == Wiring::Sparse && !(density > 0 && density <= 1))
    refuse("/init.density", std::to_string(density), "in (0, 1]");
  if (!problems.empty()) throw ConfigError(std::move(problems));
}

std::vector<double> gaussianRecurrent(const RecurrentInit& init, std::uint64_t seed) {
  std::vector<double> g = RandomStream(seed, "recurrent").normals(square(init.hidden));
  const double scale = init.gain / std::sqrt(static_cast<double>(init.hidden));
  for (double& value : g) value *= scale;
  return g;
}

double normOf(NormRule rule, std::span<const double> matrix, int n) {
  switch (rule) {
    case NormRule::Frobenius:
      return norm<double>(matrix);
    case NormRule::SpectralRadius:
      return spectralRadius(matrix, n);
    case NormRule::SpectralNorm:
      return singularValues(matrix, n, n).front();
    case NormRule::None:
      break;
  }
  return 1;
}

std::vector<double> recurrentMatrix(const RecurrentInit& init, Wiring wiring, int rank, std::uint64_t seed,
                                    std::span<const double> given) {
  init.check(wiring, rank);
  const bool needsMatrix = wiring == Wiring::User || wiring == Wiring::Aligned;
  if (needsMatrix && given.size() != square(init.hidden)) throw std::invalid_argument("a matrix of another size");
  const std::vector<double> gaussian = gaussianRecurrent(init, seed);
  if (wiring == Wiring::Full) return gaussian;
  std::vector<double> v = unscaled(init, wiring, rank, seed, gaussian, given);
  double scale = 1;
  if (init.norm == NormRule::None) {
    if (drawsUnitEntries(wiring)) scale = init.gain / std::sqrt(static_cast<double>(init.hidden));
  } else {
    const std::string name(idOf(wiring));
    if (!(norm<double>(v) > 0)) throw ConfigError("/structures", name, "norm is 0, cannot rescale");
    if (init.norm == NormRule::SpectralRadius && nilpotent(v, init.hidden))
      throw ConfigError("/init.norm", name, "spectral radius is 0; use Frobenius");
    scale = normOf(init.norm, gaussian, init.hidden) / normOf(init.norm, v, init.hidden);
  }
  for (double& value : v) value *= scale;
  return v;
}

}  // namespace learnscope
