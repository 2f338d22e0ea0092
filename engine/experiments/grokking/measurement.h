// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/recorder.h"
#include "engine/experiments/grokking/events.h"
#include "engine/experiments/grokking/world.h"
#include "engine/measures/feature_energy.h"
#include "engine/measures/table_evaluation.h"
#include "engine/models/two_layer_trainer.h"

namespace learnscope::grokking {

/// Weights at earlier steps that distances are taken from; in double, so that both precisions share them.
struct EarlierWeights {
  std::span<const double> firstInput;                     ///< W_0 [2M, K]
  std::span<const double> previousInput, previousOutput;  ///< of the step before; empty where unknown
};

/// Every measure of the page at one step, from one pass over all pairs and two over the training pairs. Owns its
/// buffers; T is the trainer's precision.
template <class T>
class Measurement {
 public:
  explicit Measurement(const FeatureSet& features);

  /// The training set changed (or was set for the first time).
  void setTask(const PairTask& task, LossKind loss);

  /// Computes all scalars and neuron arrays. `withRing`: also the class means of F.
  void compute(TwoLayerTrainer& trainer, const TwoLayerNet<T>& net, const PairTask& task, bool withRing);
  /// Records the scalars of the last compute().
  void recordScalars(const EarlierWeights& earlier, const TwoLayerNet<T>& net, Recorder& recorder) const;
  /// Records the arrays of the last compute(); `ring` [M][3] holds the previous answer ring (or nothing) and gets the
  /// new one.
  void recordArrays(std::vector<double>& ring, const TwoLayerNet<T>& net, Recorder& recorder);
  Observation observation() const;

  /// Independence ratio and repulsion share, the expensive ones.
  double independence(const TwoLayerNet<T>& net, const PairTask& task);
  double repulsionShare(const TwoLayerNet<T>& net, const PairTask& task, double weightDecay);

  const TableEvaluation& table() const { return table_; }
  const FeatureEnergy<T>& energy() const { return energy_; }
  /// Dominant feature of U_j [K]; empty without features.
  const std::vector<std::int32_t>& dominant() const { return dominant_; }
  /// alpha [features], without the trivial one.
  const std::vector<double>& alpha() const { return alpha_; }
  /// [n][M], outputs on the training pairs.
  const AlignedVector<T>& trainOutputs() const { return trainOutputs_; }

 private:
  void evaluateTable(TwoLayerTrainer& trainer, const TwoLayerNet<T>& net, bool withRing);
  void findFeatures(const TwoLayerNet<T>& net);
  void findTopDown(const TwoLayerNet<T>& net);

  const FeatureSet& features_;
  FeatureSpectrum spectrum_;
  TableEvaluation table_;
  FeatureEnergy<T> energy_;
  std::vector<std::int32_t> left_, right_, answers_,
      trainIndex_;  ///< all pairs row-major; index in the training set or -1
  AlignedVector<T> work_, outputs_, trainOutputs_, centred_, gram_;
  AlignedVector<double> classMeans_;  ///< of F [M][K]
  std::vector<std::int64_t> answerCounts_;
  AlignedVector<double> power_, otherPower_;
  std::vector<double> alpha_, allAlpha_, ipr_, part_, outputNorms_, sizes_;
  std::vector<std::int32_t> dominant_, dominantPart_;
  std::vector<std::uint8_t> locked_;
  double topDown_ = 0, meanIpr_ = 0, largestEnergy_ = 0, medianEnergy_ = 0;
  int lockedFeatures_ = 0, lockedNeurons_ = 0, learned_ = 0;
};

/// Power of a hidden gradient [2M][K] per feature, summed over neurons and both input halves [features].
template <class T>
void gradientPower(FeatureSpectrum& spectrum, const AlignedVector<T>& gradient, int hidden, AlignedVector<double>& work,
                   std::vector<double>& power);

}  // namespace learnscope::grokking
