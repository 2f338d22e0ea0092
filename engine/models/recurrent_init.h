// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace learnscope {

/// How a recurrent matrix W(0) is wired. All structures of one seed start from the same Gaussian matrix G with entries
/// of standard deviation gain / sqrt(N). Full, Rank and Aligned are those of Liu et al. 2024 (arXiv 2310.08513); the
/// others are this program's definitions of the families that the paper names:
///   Rank: G with its first r singular values kept.      Aligned: V = sum over i <= r of u_i v_i^T of a given matrix.
///   DaleBalanced, DaleUnbalanced: V_ij = |n_ij| sign_j, the last inhibitory fraction f of the columns negative;
///     balanced makes those (1-f)/f times as strong, so that the mean is 0.
///   Block: V_ij = s M_{b(i) b(j)} + n_ij, equal groups b, M Gaussian.
///   Chain: V_ij = n_ij + k (q_i + q_j), q Gaussian and centred: in- and out-strength of a neuron correlate, so paths
///     i -> j -> l exceed chance (k < 0: fall below it).
///   Sparse: V_ij = n_ij with probability p, else 0.      User: a given matrix.
enum class Wiring { Full, Rank, Aligned, DaleBalanced, DaleUnbalanced, Block, Chain, Sparse, User };

/// What stays equal between structures: V is scaled so that this quantity is that of G. None leaves V (its n_ij having
/// the standard deviation of G's entries).
enum class NormRule { Frobenius, SpectralRadius, SpectralNorm, None };

/// Ids: "full", "rank", "aligned", "daleBalanced", "daleUnbalanced", "block", "chain", "sparse", "user"; "frobenius",
/// "spectralRadius", "spectralNorm", "none". Reading throws ConfigError at `pointer` with the nearest known id.
std::string_view idOf(Wiring wiring);
std::string_view idOf(NormRule rule);
Wiring wiringFrom(const std::string& id, const std::string& pointer);
NormRule normRuleFrom(const std::string& id, const std::string& pointer);

struct RecurrentInit {
  int hidden = 100;  ///< N
  double gain = 1.25;
  NormRule norm = NormRule::Frobenius;
  double inhibitory = 0.2;     ///< f of Dale's wirings, in (0, 1)
  int blocks = 4;              ///< groups of Block
  double blockStrength = 2;    ///< s
  double chainStrength = 0.7;  ///< k
  double density = 0.1;        ///< p of Sparse
  /// Throws ConfigError with every problem of the values that `wiring` uses.
  void check(Wiring wiring, int rank) const;
  /// Columns of Dale's wirings that are negative: round(f N).
  int inhibitoryCount() const;
};

/// G of a seed, row-major [N, N].
std::vector<double> gaussianRecurrent(const RecurrentInit& init, std::uint64_t seed);

/// W(0) of one structure and seed, row-major [N, N]. `rank` counts for Rank and Aligned; `given` is the matrix of User
/// (W) or the change W_T - W_0 of Aligned. Throws ConfigError if V cannot be scaled: "norm is 0, cannot rescale",
/// "spectral radius is 0; use Frobenius".
std::vector<double> recurrentMatrix(const RecurrentInit& init, Wiring wiring, int rank, std::uint64_t seed,
                                    std::span<const double> given = {});

/// The quantity of a rule; 1 for None.
double normOf(NormRule rule, std::span<const double> matrix, int n);

}  // namespace learnscope
