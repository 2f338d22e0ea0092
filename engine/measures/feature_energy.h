// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/models/two_layer_net.h"

namespace learnscope {

/// The training pairs of a two-layer net as measures need them; borrowed.
struct TrainingPairs {
  std::span<const std::int32_t> left, right, target;  ///< [n]
  std::span<const std::int32_t> classCounts;          ///< [M]
};

/// Energy of every hidden neuron and the structure of the gradient that reaches the hidden layer, on the training pairs
/// (Tian 2025, arXiv 2509.21519; tilde = minus the mean over samples, F = sigma(XW)):
///   S = Yt^T Ft [M, K],  E_j = 1/2 sum_c S_cj^2,  T = Yt S  (the independent push Yt Yt^T Ft),
///   G_F = (Yt - Ot) V^T scaled by dO/d(FV): minus the loss gradient at F up to 2/n and up to centring,
///   c = <G_F, T> / (||G_F|| ||T||),
///   gW = X^T (sigma'(Z) * G_F): the true hidden gradient,  gE = X^T (sigma'(Z) * T): the gradient of the energies,
///   alignment_j = cos(gW_j, gE_j) and A = its lower median over neurons that live.
/// Cost 2nKM + O(nK); works in blocks of rows, allocates only when sizes change.
template <class T>
class FeatureEnergy {
 public:
  /// `outputs` [n][M]: the trained function on the training pairs. `functionScale`: dO/d(beta F V), 1 unless the
  /// function is alpha (f - f0).
  void update(const TwoLayerNet<T>& net, const TrainingPairs& pairs, const T* outputs, double functionScale = 1);

  /// [K], E(w_j / ||w_j||) / (r^2 M / 4), r = n / M^2: about 1 at a generalising maximum, above 1.5 at a memorising
  /// one. 0 for a dead neuron.
  const std::vector<double>& energies() const { return energies_; }
  /// [K], E(w_j).
  const std::vector<double>& rawEnergies() const { return rawEnergies_; }
  /// [K], -1..1; 0 for a dead neuron.
  const std::vector<double>& alignments() const { return alignments_; }
  /// A(t); NaN when no neuron lives.
  double alignment() const { return alignment_; }
  /// ||G_F||_F.
  double gradientNorm() const { return gradientNorm_; }
  /// c(t); 0 where one of the two vanishes.
  double signalCosine() const { return signalCosine_; }
  /// ||w_j|| [K].
  const std::vector<double>& inputNorms() const { return inputNorms_; }
  /// gW and gE [2M][K].
  const AlignedVector<T>& hiddenGradient() const { return hiddenGradient_; }
  const AlignedVector<T>& energyGradient() const { return energyGradient_; }

 private:
  void classSums(const TwoLayerNet<T>& net, const TrainingPairs& pairs);
  void normalisedEnergies(const TwoLayerNet<T>& net, const TrainingPairs& pairs);
  void gradients(const TwoLayerNet<T>& net, const TrainingPairs& pairs, const T* outputs, double functionScale);
  void compareGradients(int order, int hidden);

  std::vector<double> energies_, rawEnergies_, alignments_, inputNorms_, sorted_;
  double alignment_ = 0, gradientNorm_ = 0, signalCosine_ = 0;
  AlignedVector<double> signal_;    ///< S [M][K]
  AlignedVector<double> meanPush_;  ///< sum_c (n_c / n) S_c [K]
  AlignedVector<T> sums_, push_;    ///< class sums of F; rows S_c - meanPush [M][K]
  AlignedVector<T> block_, slope_, residual_, featureGradient_, scaled_;
  AlignedVector<double> outputMean_;  ///< [M]
  AlignedVector<T> hiddenGradient_, energyGradient_;
};

/// Ft [n][K] = sigma(Z) minus its column means.
template <class T>
void centredFeatures(const TwoLayerNet<T>& net, const TrainingPairs& pairs, AlignedVector<T>& features);

/// mean |off-diagonal| / mean diagonal of Ft^T Ft: how far from independent the hidden neurons are (the paper has <=
/// 0.08 throughout). `gram` [K][K] is work space. 2nK^2 / 2 flop.
template <class T>
double independenceRatio(const AlignedVector<T>& centred, int pairs, int hidden, AlignedVector<T>& gram);

}  // namespace learnscope
