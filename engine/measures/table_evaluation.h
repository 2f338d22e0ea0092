// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/measures/isotypic.h"
#include "engine/models/two_layer_options.h"

namespace learnscope {

/// Accumulates what a function O on all M^2 pairs of an operation gets right, one block of rows at a time: accuracy and
/// loss on training and test pairs, the exact split of the loss, and the mean output of each answer. Sums are double;
/// the outputs may be float. Allocates only when the task changes.
///
/// Split (O centred over classes, g[h] = mean of O over the pairs with a*b = h): L_all = mean ||O - (e_y - 1/M)||^2 =
/// L_rule + L_pairs, L_rule = mean ||g[y] - (e_y - 1/M)||^2 (what depends on the answer only: what generalises),
/// L_pairs = mean ||O - g[y]||^2 (what is tied to single pairs). Exact form of the restricted/excluded losses of Nanda
/// et al. 2023.
class TableEvaluation {
 public:
  /// `answers` [M*M] row-major (a, b), `trainMask` [M*M]: 1 on training pairs.
  void setTask(std::span<const std::int32_t> answers, std::span<const std::uint8_t> trainMask, int order,
               LossKind loss);

  void begin();
  /// Outputs [count][M] of the pairs first, first+1, ... in row-major order of (a, b).
  template <class T>
  void add(const T* outputs, int first, int count);
  void finish();

  double trainAccuracy() const { return trainAccuracy_; }
  double testAccuracy() const { return testAccuracy_; }  ///< NaN without test pairs
  double trainLoss() const { return trainLoss_; }        ///< of the run's loss; clean labels
  double testLoss() const { return testLoss_; }          ///< NaN without test pairs
  double allLoss() const { return allLoss_; }
  double ruleLoss() const { return ruleLoss_; }
  double pairsLoss() const { return pairsLoss_; }
  /// [M*M]: 0 test pair wrong, 1 test pair right, 2 training pair wrong, 3 training pair right.
  const std::vector<std::uint8_t>& correct() const { return correct_; }
  /// [M][M] mean centred output of the pairs with answer h.
  const AlignedVector<double>& answerMeans() const { return answerMeans_; }

 private:
  int order_ = 0;
  LossKind loss_ = LossKind::ClassCentred;
  std::vector<std::int32_t> answers_;
  std::vector<std::uint8_t> train_, correct_;
  std::vector<std::int64_t> answerCounts_;
  AlignedVector<double> answerMeans_;
  double squares_ = 0, lossSum_[2] = {}, residual_ = 0;
  std::int64_t hits_[2] = {}, counts_[2] = {};
  double trainAccuracy_ = 0, testAccuracy_ = 0, trainLoss_ = 0, testLoss_ = 0;
  double allLoss_ = 0, ruleLoss_ = 0, pairsLoss_ = 0;
};

/// alpha_rho = sum_{a,b,c} O_c(a,b) P_rho[c, ab] / (M tr P_rho) of every isotype, the trivial one included: the
/// fraction of a feature that the function holds, 0 absent, 1 learned. For Z_p it is (1/p^2) sum O_c cos(2 pi k
/// (a+b-c)/p). From the answer means [M][M] of a group's table. The trivial entry is 0 (outputs are centred).
void featureAmplitudes(std::span<const Isotype> isotypes, std::span<const double> answerMeans, int order,
                       std::span<double> alpha);

}  // namespace learnscope
