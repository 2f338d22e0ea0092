// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "engine/core/recorder.h"
#include "engine/experiments/rnn_hmm/dynamics.h"
#include "engine/experiments/rnn_hmm/events.h"
#include "engine/experiments/rnn_hmm/residency.h"
#include "engine/experiments/rnn_hmm/world.h"
#include "engine/measures/fixed_point_tracks.h"
#include "engine/measures/sinkhorn.h"

namespace learnscope::rnnhmm {

/// The net that measures and analyses look at, in both precisions.
struct Net {
  EffectiveRnn<float> single;
  EffectiveRnn<double> exact;
  Net(const RnnWeights<float>& weights, double sigma) {
    single.assign(weights, sigma);
    exact.assign(weights, sigma);
  }
  ElmanMap silentMap() const;
  MeanMap meanMap() const;
};

/// Size of the analysis batch.
inline constexpr int kChains = 100, kChainSteps = 200, kBurnIn = 20;

/// 200 states that live on the present weights, under noise or silence; part of the experiment's state.
class Swarm {
 public:
  static constexpr int kStates = 200;
  explicit Swarm(int hidden) : states_(static_cast<std::size_t>(kStates * hidden), 0.0) {}
  void advance(const EffectiveRnn<double>& net, bool noise, BulkStream stream);
  const AlignedVector<double>& states() const { return states_; }
  double meanNorm() const;
  /// Mean norm when the noise was last on.
  double noisyNorm() const { return noisyNorm_; }
  /// Silent steps until the mean norm was 1 % of that, or so far.
  std::int64_t silentSteps() const { return silentSteps_; }
  State save() const;
  void load(const State& state);

 private:
  AlignedVector<double> states_, work_;
  double noisyNorm_ = 0;
  std::int64_t silentSteps_ = 0;
  bool fallen_ = false;
};

/// Computes and records the measures of one run. Keeps what makes pictures steady from record to record: the portrait
/// and the identities of fixed points.
class Measurement {
 public:
  Measurement(const World& world, std::uint64_t seed) : world_(world), seed_(seed) {}

  /// The world or the training options changed: the floor of the loss is found again.
  void changed() { floor_.reset(); }
  /// Everything that is due at this step.
  void record(const Net& net, const RnnTraining& training, ThirdAxis third, const Swarm& swarm, Recorder& recorder);
  const Portrait& portrait() const { return portrait_; }

  State save() const;
  void load(const State& state);

 private:
  void evaluate(const Net& net, const RnnTraining& training, Recorder& recorder, Observation& seen);
  void recordSymbols(const SymbolSequences& data, const std::vector<std::uint8_t>& target, Recorder& recorder) const;
  double divergence(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b, int count, int length,
                    const RnnTraining& training);
  void dynamics(const Net& net, const Chains& chains, ThirdAxis third, Recorder& recorder, Observation& seen);
  void recordSpectra(const Net& net, const Chains& chains, Recorder& recorder, Observation& seen) const;
  void recordRays(const Growth& growing, const Chains& chains, double size, Recorder& recorder) const;
  void recordCollapse(const Net& net, const Chains& chains, Recorder& recorder) const;
  void fixedPoints(const Net& net, const Chains& chains, Recorder& recorder);
  void zones(const Net& net, const Chains& chains, Recorder& recorder) const;

  const World& world_;
  std::uint64_t seed_;
  Sinkhorn<float> sinkhorn_;
  std::optional<double> floor_;
  EventDetector events_;
  // A step measured again after a resume starts from what was there before that step.
  std::int64_t portraitStep_ = -1, tracksStep_ = -1;
  Portrait portrait_, earlierPortrait_;
  FixedPointTracks tracks_, earlierTracks_;
};

Array floatArray(const std::vector<double>& values, std::vector<std::int64_t> shape,
                 std::vector<std::int64_t> ids = {});

}  // namespace learnscope::rnnhmm
