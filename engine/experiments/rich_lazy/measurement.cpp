// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/measurement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/experiments/rich_lazy/net_stack.h"
#include "engine/measures/distances.h"
#include "engine/measures/effective_rank.h"
#include "engine/measures/pca.h"

namespace learnscope::richlazy {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

std::size_t z(int value) { return static_cast<std::size_t>(value); }

/// 1 where the kernel's row (trial, step, output) is that of the right class, else 0.
void kernelTargets(const TrialBatch& probes, int outputs, int trials, std::vector<double>& targets) {
  targets.clear();
  for (int i = 0; i < trials; ++i)
    for (int t = probes.lastOnly() ? probes.steps - 1 : 0; t < probes.steps; ++t) {
      const int right = probes.lastOnly() ? probes.decision[z(i)] : probes.target[z(t * probes.trials + i)];
      for (int k = 0; k < outputs; ++k) targets.push_back(k == right ? 1 : 0);
    }
}

}  // namespace

AlignedVector<float> firstTrials(const TrialBatch& batch, int count) {
  AlignedVector<float> x;
  const auto width = z(batch.inputs);
  x.reserve(z(batch.steps * count) * width);
  for (int t = 0; t < batch.steps; ++t) {
    const float* row = batch.x.data() + z(t * batch.trials) * width;
    x.insert(x.end(), row, row + z(count) * width);
  }
  return x;
}

Measurement::Measurement(const Ensemble& ensemble, int kernelTrials)
    : kernelTrials_(kernelTrials),
      references_(z(ensemble.members())),
      kernels_(z(ensemble.members())),
      anchors_(z(ensemble.structures())),
      tracks_(z(ensemble.structures())) {
  for (int m = 0; m < ensemble.members(); ++m) last_.push_back(ensemble.net(m));
  for (int s = 0; s < ensemble.structures(); ++s) anchors_[z(s)].net = ensemble.net(s * ensemble.seeds());
  const std::vector<double> none(z(ensemble.members()), undefined);
  now_ = {none, none, none, none, none};
  outliers_ = none;
}

void Measurement::kernelOf(const TrialRnn& net, const Ensemble& ensemble, int seedIndex, AlignedVector<float>& kernel) {
  const TrialBatch& probes = ensemble.probes(seedIndex);
  kernelInputs_ = firstTrials(probes, kernelTrials_);
  tangent_.compute(net, kernelInputs_, kernelTrials_, probes.steps, probes.lastOnly());
  kernel = tangent_.values();
}

void Measurement::decisionOf(const TrialRnn& net, const TrialBatch& probes, AlignedVector<float>& decision) {
  forward(net, probes.x, probes.trials, probes.steps, false, activity_);
  const std::size_t size = z(probes.trials) * z(net.hidden);
  decision.assign(activity_.hidden.end() - static_cast<std::ptrdiff_t>(size), activity_.hidden.end());
}

void Measurement::refresh(const Ensemble& ensemble) {
  if (referenceVersion_ == ensemble.referenceVersion()) return;
  referenceVersion_ = ensemble.referenceVersion();
  for (int m = 0; m < ensemble.members(); ++m) {
    Reference& reference = references_[z(m)];
    const int r = ensemble.seedOf(m);
    kernelOf(ensemble.reference(m), ensemble, r, reference.kernel);
    decisionOf(ensemble.reference(m), ensemble.probes(r), reference.decision);
    const int n = ensemble.reference(m).hidden;
    const AlignedVector<float>& w = ensemble.reference(m).recurrent;
    reference.rank = participationRatio(singularValues(std::vector<double>(w.begin(), w.end()), n, n));
    if (r == 0) findAxes(reference, ensemble.reference(m), ensemble.probes(r));
  }
}

// Three components of the reference's activity at all steps of the shown trials, scaled to fit the unit cube.
void Measurement::findAxes(Reference& reference, const TrialRnn& net, const TrialBatch& probes) {
  const int trials = std::min(shownTrials, probes.trials);
  forward(net, firstTrials(probes, trials), trials, probes.steps, false, activity_);
  const std::vector<double> wide(activity_.hidden.begin(), activity_.hidden.end());
  const Pca pca = principalComponents(wide, probes.steps * trials, net.hidden, 3);
  double largest = 0;
  for (const double value : pca.coordinates) largest = std::max(largest, std::abs(value));
  reference.mean = pca.mean;
  reference.axes = pca.axes;
  reference.scale = largest > 0 ? 1 / largest : 0;
}

void Measurement::follow(const Ensemble& ensemble, int structure, const AlignedVector<float>& kernel) {
  Anchor& anchor = anchors_[z(structure)];
  if (anchor.step >= 0 && matrixAlignment(anchor.kernel, kernel) > settledAlignment) {
    ++anchor.evaluations;
    return;
  }
  anchor.net = ensemble.net(structure * ensemble.seeds());
  anchor.kernel = kernel;
  anchor.step = ensemble.steps();
  anchor.evaluations = 0;
}

std::vector<std::int64_t> Measurement::settled() const {
  std::vector<std::int64_t> steps;
  for (const Anchor& anchor : anchors_)
    steps.push_back(anchor.evaluations >= settledEvaluations ? anchor.step : std::int64_t{-1});
  return steps;
}

const Alignments& Measurement::align(const Ensemble& ensemble) {
  refresh(ensemble);
  const bool again = lastStep_ == ensemble.steps();  // after a resume: velocities and anchors stay
  const bool sameProbes = lastProbes_ == ensemble.probeDraws();
  if (!sameProbes)
    for (Anchor& anchor : anchors_) anchor.step = -1;
  AlignedVector<float> kernel;
  std::vector<double> targets;
  for (int m = 0; m < ensemble.members(); ++m) {
    const Reference& reference = references_[z(m)];
    const int r = ensemble.seedOf(m);
    const TrialBatch& probes = ensemble.probes(r);
    kernelOf(ensemble.net(m), ensemble, r, kernel);
    now_.kernel[z(m)] = matrixAlignment(kernel, reference.kernel);
    if (!again) {
      now_.velocity[z(m)] = lastStep_ >= 0 && sameProbes ? (1 - matrixAlignment(kernel, kernels_[z(m)])) /
                                                               static_cast<double>(ensemble.steps() - lastStep_)
                                                         : undefined;
      if (r == 0) follow(ensemble, m / ensemble.seeds(), kernel);
    }
    kernelTargets(probes, ensemble.net(m).outputs, kernelTrials_, targets);
    now_.target[z(m)] = targetAlignment(kernel, targets);
    std::swap(kernels_[z(m)], kernel);
    decisionOf(ensemble.net(m), probes, decision_);
    now_.representation[z(m)] = representationAlignment(decision_, ensemble.net(m).hidden, reference.decision,
                                                        ensemble.net(m).hidden, probes.trials);
    now_.signs[z(m)] = signSimilarity(decision_, reference.decision);
    last_[z(m)] = ensemble.net(m);
  }
  lastStep_ = ensemble.steps();
  lastProbes_ = ensemble.probeDraws();
  return now_;
}

std::vector<double> Measurement::weightChange(const Ensemble& ensemble, bool relative) {
  std::vector<double> change;
  for (int m = 0; m < ensemble.members(); ++m) {
    const AlignedVector<float>& now = ensemble.net(m).recurrent;
    const AlignedVector<float>& start = ensemble.reference(m).recurrent;
    const double whole = relativeDistance<float>(std::span(now), std::span(start));
    change.push_back(relative ? whole : whole * norm<float>(std::span(start)));
  }
  return change;
}

State Measurement::save() const {
  State state;
  const int members = static_cast<int>(last_.size()), hidden = last_.front().hidden;
  putNets(state, "last.", members, hidden, [this](int m) -> const TrialRnnWeights& { return last_[z(m)]; });
  putNets(state, "anchor.", static_cast<int>(anchors_.size()), hidden,
          [this](int s) -> const TrialRnnWeights& { return anchors_[z(s)].net; });
  std::vector<std::int64_t> steps{lastStep_, lastProbes_, last_.front().inputs};
  for (const Anchor& anchor : anchors_) steps.insert(steps.end(), {anchor.step, anchor.evaluations});
  state.put("steps", Array::vector<std::int64_t>(steps));
  for (std::size_t t = 0; t < tracks_.size(); ++t)
    state.put("tracks." + std::to_string(t), Array::vector<float>(tracks_[t].directions()));
  state.put("velocity", Array::vector<double>(now_.velocity));
  state.put("outliers", Array::vector<double>(outliers_));
  return state;
}

void Measurement::load(const Ensemble& ensemble, const State& state) {
  const auto steps = state.get("steps").as<std::int64_t>();
  const auto velocity = state.get("velocity").as<double>();
  const auto outliers = state.get("outliers").as<double>();
  if (steps.size() != 3 + 2 * anchors_.size() || velocity.size() != last_.size() || outliers.size() != last_.size())
    throw DataError("saved state", "\"steps\"", "written by another version of this lab");
  const auto inputs = static_cast<int>(steps[2]);
  const auto sized = [&](TrialRnn& net) -> TrialRnn& {
    net.inputs = inputs;
    net.input.resize(z(net.hidden) * z(inputs));
    return net;
  };
  for (TrialRnn& net : last_) sized(net);
  for (Anchor& anchor : anchors_) sized(anchor.net);
  getNets(state, "last.", static_cast<int>(last_.size()), [this](int m) -> TrialRnnWeights& { return last_[z(m)]; });
  getNets(state, "anchor.", static_cast<int>(anchors_.size()),
          [this](int s) -> TrialRnnWeights& { return anchors_[z(s)].net; });
  lastStep_ = steps[0];
  lastProbes_ = steps[1];
  for (std::size_t t = 0; t < tracks_.size(); ++t) {
    const auto directions = state.get("tracks." + std::to_string(t)).as<float>();
    if (directions.size() % (2 * z(last_.front().hidden)) != 0)
      throw DataError("saved state", "\"tracks\"", "pairs of directions of the same size expected");
    tracks_[t].restore({directions.begin(), directions.end()});
  }
  referenceVersion_ = -1;
  refresh(ensemble);
  // Kernels on probes that have been replaced since compare with nothing.
  const bool sameProbes = lastProbes_ == ensemble.probeDraws();
  for (int m = 0; m < ensemble.members(); ++m) {
    kernels_[z(m)].clear();
    if (lastStep_ >= 0 && sameProbes) kernelOf(last_[z(m)], ensemble, ensemble.seedOf(m), kernels_[z(m)]);
    now_.velocity[z(m)] = velocity[z(m)];
    outliers_[z(m)] = outliers[z(m)];
  }
  for (std::size_t s = 0; s < anchors_.size(); ++s) {
    Anchor& anchor = anchors_[s];
    anchor.step = steps[3 + 2 * s];
    anchor.evaluations = steps[4 + 2 * s];
    anchor.kernel.clear();
    if (anchor.step >= 0 && sameProbes) kernelOf(anchor.net, ensemble, 0, anchor.kernel);
  }
}

}  // namespace learnscope::richlazy
