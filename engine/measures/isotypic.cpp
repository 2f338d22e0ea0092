// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/isotypic.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/core/decompositions.h"
#include "engine/core/random_stream.h"

namespace learnscope {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Table {
  std::span<const std::int32_t> entries;
  int order;
  int operator()(int g, int h) const { return entries[static_cast<std::size_t>(g) * order + h]; }
};

int identityOf(const Table& table) {
  for (int e = 0; e < table.order; ++e)
    if (table(e, 0) == 0 && table(0, e) == 0) return e;
  throw std::runtime_error("the table has no identity");
}

// Each element's conjugacy class united with the class of its inverse, named by its first element.
std::vector<int> symmetricClasses(const Table& table) {
  const int order = table.order, e = identityOf(table);
  std::vector<int> inverse(order), cls(order, -1);
  for (int g = 0; g < order; ++g)
    for (int h = 0; h < order; ++h)
      if (table(g, h) == e) inverse[g] = h;
  for (int g = 0; g < order; ++g) {
    if (cls[g] >= 0) continue;
    for (int h = 0; h < order; ++h) {
      const int conjugate = table(table(h, g), inverse[h]);
      cls[conjugate] = cls[inverse[conjugate]] = g;
    }
  }
  return cls;
}

Isotype isotypeOf(const RowMatrix& basis, const Table& table) {
  Isotype isotype;
  const int order = table.order;
  isotype.rank = static_cast<int>(basis.rows());
  const int d = static_cast<int>(std::lround(std::sqrt(isotype.rank)));
  isotype.kind = d * d == isotype.rank ? Isotype::Kind::Real : Isotype::Kind::Pair;
  isotype.dimension =
      isotype.kind == Isotype::Kind::Real ? d : static_cast<int>(std::lround(std::sqrt(isotype.rank / 2.0)));
  const int multiple = isotype.kind == Isotype::Kind::Real ? 1 : 2;
  if (multiple * isotype.dimension * isotype.dimension != isotype.rank || order % isotype.dimension != 0)
    throw std::runtime_error("an eigenspace of rank " + std::to_string(isotype.rank) + " is no isotype");
  const RowMatrix projector = basis.transpose() * basis;
  isotype.basis.assign(basis.data(), basis.data() + basis.size());
  isotype.projector.assign(projector.data(), projector.data() + projector.size());
  isotype.character.resize(order);
  for (int g = 0; g < order; ++g) {
    double trace = 0;
    for (int h = 0; h < order; ++h) trace += projector(table(g, h), h);
    isotype.character[g] = trace / isotype.rank;
  }
  return isotype;
}

bool comesBefore(const Isotype& a, const Isotype& b) {
  if (a.dimension != b.dimension) return a.dimension < b.dimension;
  for (std::size_t g = 0; g < a.character.size(); ++g)
    if (std::abs(a.character[g] - b.character[g]) > 1e-8) return a.character[g] > b.character[g];
  return false;
}

}  // namespace

std::string Isotype::text() const {
  return (kind == Kind::Real ? "real, d = " : "pair, d = ") + std::to_string(dimension);
}

std::vector<Isotype> isotypicDecomposition(std::span<const std::int32_t> entries, int order) {
  const Table table{entries, order};
  const std::vector<int> cls = symmetricClasses(table);
  // The stream is part of the definition, not of a run: features keep their numbers whatever the seed.
  const std::vector<double> weights = RandomStream(7, 11).normals(static_cast<std::size_t>(order));
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(order, order);
  for (int g = 0; g < order; ++g)
    for (int h = 0; h < order; ++h) sum(table(g, h), h) += weights[cls[g]];
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(Eigen::MatrixXd((sum + sum.transpose()) / 2));
  if (solver.info() != Eigen::Success) throw std::runtime_error("the class sum could not be diagonalised");
  const Eigen::VectorXd& values = solver.eigenvalues();
  const double same = 1e-6 * (1 + values.cwiseAbs().maxCoeff());
  std::vector<Isotype> isotypes;
  for (int i = 0; i < order;) {
    int j = i;
    while (j < order && std::abs(values[j] - values[i]) < same) ++j;
    isotypes.push_back(isotypeOf(solver.eigenvectors().middleCols(i, j - i).transpose(), table));
    i = j;
  }
  std::sort(isotypes.begin(), isotypes.end(), comesBefore);  // the trivial character is 1 everywhere: first
  return isotypes;
}

}  // namespace learnscope
