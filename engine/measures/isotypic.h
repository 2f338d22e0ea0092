// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace learnscope {

/// A real isotype of the regular representation of a finite group: everything that belongs to one real irrep, or to a
/// complex irrep together with its conjugate.
struct Isotype {
  enum class Kind { Real, Pair };
  Kind kind = Kind::Real;
  int dimension = 1;              ///< d, of the complex irrep
  int rank = 1;                   ///< d^2 (Real) or 2 d^2 (Pair): dimension of the eigenspace
  std::vector<double> basis;      ///< [rank][M], orthonormal rows
  std::vector<double> projector;  ///< [M][M], basis^T basis
  std::vector<double>
      character;  ///< [M], trace of left translation on the isotype divided by its rank: 1 at the identity

  /// Local maximum of the energy on the full table for sigma = x^2 and ||w|| = 1: M/(4d) for a pair, M/(2d) for a real
  /// irrep.
  double energyMaximum(int order) const { return order / ((kind == Kind::Pair ? 4.0 : 2.0) * dimension); }
  /// "pair, d = 1".
  std::string text() const;
};

/// Isotypic projectors of any finite group from its Cayley table [M][M] (entries 0..M-1, row g: g*h).
///
/// One random number w per (conjugacy class united with its inverse class); the eigenspaces of the symmetrised class
/// sum sum_g w_g L_g (L = left-regular representation) are the real isotypes. The trivial isotype comes first, the
/// others by dimension, then by character from high to low: for a cyclic group isotype k is frequency k, k
/// = 1..floor(M/2).
///
/// Source: Serre, Linear Representations of Finite Groups, 2.6; the table must be a group's. O(M^3). Throws
/// std::runtime_error if the eigenspaces do not have the ranks of isotypes (two of them met by chance).
std::vector<Isotype> isotypicDecomposition(std::span<const std::int32_t> table, int order);

}  // namespace learnscope
