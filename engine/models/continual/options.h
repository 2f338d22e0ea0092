// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace learnscope::continual {

/// What is done against forgetting.
enum class MethodKind {
  Naive,
  Joint,
  Cumulative,
  Er,
  AGem,
  Gem,
  ErAGem,
  EwcOffline,
  EwcOnline,
  EwcMean,
  Si,
  Mas,
  L2,
  Lwf,
  Der,
  DerPlus
};

/// Which diagonal is called the Fisher information: mean over samples of the squared gradient of log p(y|x) with y the
/// label (Empirical) or drawn from the model (Sampled), the square of the batch's mean gradient (Batch), or squared
/// gradients weighted by p(y|x) (Weighted).
enum class FisherKind { Empirical, Sampled, Batch, Weighted };

/// What stands between inputs and outputs.
struct Architecture {
  std::vector<int> hidden;     ///< widths
  std::vector<int> maps = {};  ///< of convolutions before them; none: a perceptron
  bool batchNorm = false;      ///< after each of both
};

/// Parameters of all methods; each reads its own. All may change between steps.
struct MethodOptions {
  MethodKind kind = MethodKind::Naive;
  double newWeight = 0.5;      ///< L_w of ER
  int referenceSamples = 256;  ///< of A-GEM
  double margin = 0;           ///< gamma of GEM: v >= gamma
  double ewcStrength = 100;    ///< lambda of EWC
  double ewcDecay = 1;         ///< gamma of online EWC
  FisherKind fisher = FisherKind::Empirical;
  int importanceSamples = 300;              ///< of EWC's Fisher and MAS
  double siStrength = 1, siDamping = 0.01;  ///< c and xi
  double masStrength = 1;
  double l2Strength = 0.1;
  bool explicitPenalty = false;  ///< the penalty's gradient joins the data's; else a proximal step follows it
  double distillation = 1, temperature = 2;    ///< alpha and T of LwF
  double darkWeight = 0.5, labelWeight = 0.5;  ///< a and b of DER(++)
};

/// SGD and what surrounds it; all may change between steps.
struct TrainingOptions {
  double learningRate = 0.1, momentum = 0;
  int batch = 64;
  bool keepMomentum = false;  ///< at a task's start
};

}  // namespace learnscope::continual
