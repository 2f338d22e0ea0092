// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/core/lab.h"
#include "engine/experiments/rich_lazy/lab_task.h"
#include "engine/experiments/rich_lazy/world.h"

namespace learnscope::richlazy {

/// What may change while the ensemble trains.
struct LiveOptions {
  double learningRate = 0.01, momentum = 0.9;
  double clip = 0;  ///< largest norm of a net's whole gradient; 0: off
  bool freezeInput = false, freezeRecurrent = false, freezeReadout = false;
  bool enforceDale = false;  ///< after each step what changed its column's initial sign is set to 0
  int updateRank = 0;        ///< > 0: updates of W stay within the leading singular spaces of W(0)
};
LiveOptions liveOptionsOf(const Config& config);

/// The same task learned by nets of several structures and seeds in lock-step. Member s * seeds + r has structure s and
/// seed `seed + r`; members of one seed share G, W_in(0), W_out(0), every training trial and the probe trials.
class Ensemble {
 public:
  Ensemble(const Config& config, std::uint64_t seed, const Progress& progress);

  int structures() const { return static_cast<int>(structures_.size()); }
  int seeds() const { return seeds_; }
  int members() const { return structures() * seeds_; }
  const std::vector<Structure>& list() const { return structures_; }
  const LabTask& task() const { return task_; }
  const TrialRnn& net(int member) const { return members_[static_cast<std::size_t>(member)].net; }
  /// The net that alignments and weight changes are measured from.
  const TrialRnn& reference(int member) const { return members_[static_cast<std::size_t>(member)].reference; }
  int seedOf(int member) const { return member % seeds_; }
  /// Fixed trials of a seed (stimuli as at the start, or as at the last change of the task).
  const TrialBatch& probes(int seedIndex) const { return probes_[static_cast<std::size_t>(seedIndex)]; }
  /// Grows whenever references or probes changed.
  std::int64_t referenceVersion() const { return referenceVersion_; }
  /// How often the probes have been drawn anew.
  std::int64_t probeDraws() const { return probeDraws_; }

  /// One step of SGD with momentum on every net. Throws NumericError, leaving all as before.
  void step();
  std::int64_t steps() const { return steps_; }
  /// The last batch of each member.
  const std::vector<TrialScore>& scores() const { return scores_; }

  void setLive(const LiveOptions& live) { live_ = live; }
  /// Other trials from the next step on; a change of the task also draws new probes (and new columns of W_in if it has
  /// more inputs). The outputs must stay as many.
  void setTask(const LabTask& task);
  void makeReference();
  void scaleRecurrent(double factor);
  /// W += size |W|_F u v^T with random unit vectors, the same for every structure of a seed.
  void addRankOne(double size, RandomStream random);
  void redrawReadout(RandomStream random);
  /// Other trials for every seed.
  void redrawTrials(std::int64_t draw);

  State save() const;
  void load(const State& state);

 private:
  struct Member {
    TrialRnn net, reference;
    TrialRnnWeights momentum, gradient;
    AlignedVector<float> initial;              ///< W(0): signs and singular spaces
    std::vector<float> rowSpace, columnSpace;  ///< [updateRank, N] leading singular vectors of W(0), when needed
  };

  void drawProbes();
  void setInputs(int inputs);
  void update(Member& member);
  void projectUpdate(Member& member);
  Member& at(int structure, int seedIndex) {
    return members_[static_cast<std::size_t>(structure * seeds_ + seedIndex)];
  }

  std::uint64_t seed_;
  std::vector<Structure> structures_;
  int seeds_, batch_, probeTrials_;
  LabTask task_, probeTask_;
  LiveOptions live_;
  std::vector<Member> members_;
  std::vector<RandomStream> trials_;  ///< training trials of each seed
  std::vector<TrialBatch> probes_;
  TrialBatch batchTrials_;
  std::vector<std::uint64_t> positions_;  ///< of the trial streams before the step
  TrialRnnActivity activity_;
  std::vector<TrialScore> scores_;
  std::int64_t steps_ = 0, referenceVersion_ = 0, probeDraws_ = 0;
};

/// Trains full-rank twins of a config and returns W_T - W_0 of one seed: the task directions of Aligned.
std::vector<double> taskDirections(const Config& config, std::uint64_t seed, int steps, const Progress& progress);

}  // namespace learnscope::richlazy
