// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/experiments/rnn_hmm/measurement.h"

namespace learnscope::rnnhmm {
namespace {

constexpr int kCloud = 1000, kShownSpectra = 8;
constexpr std::size_t kBins = 12;

std::size_t binOf(double value) { return std::min(static_cast<std::size_t>(std::max(value, 0.0)), kBins - 1); }

}  // namespace

void Measurement::zones(const Net& net, const Chains& chains, Recorder& recorder) const {
  const AlignedVector<double> states = spreadStates(chains, kCloud);
  const std::vector<float> narrow(states.begin(), states.end());
  const Residency stay = residency(net.single, narrow, analysisNoise(seed_, "residency", recorder.step()));
  double sums[4][4] = {};  // zone: count, RT, unstable directions of every tenth, sign changes
  double sampled[4] = {};
  std::vector<double> times(4 * kBins, 0.0), signs(4 * kBins, 0.0), values, owner;
  std::vector<std::uint8_t> zone;
  for (std::size_t i = 0; i < stay.zones.size(); ++i) {
    const auto z = static_cast<std::size_t>(stay.zones[i]);
    zone.push_back(static_cast<std::uint8_t>(z));
    sums[z][0] += 1;
    sums[z][1] += stay.steps[i];
    sums[z][3] += stay.signChanges[i];
    times[z * kBins + binOf(stay.steps[i] / 5)] += 1;
    signs[z * kBins + binOf(stay.signChanges[i])] += 1;
    if (i % 5 != 0 && z != 3) continue;  // transitions are rare: all of them
    const auto spectrum = localEigenvalues(net.exact, states.data() + i * static_cast<std::size_t>(chains.hidden));
    sums[z][2] += localSpectrum(spectrum).unstable;
    sampled[z] += 1;
    if (z == 0 || sampled[z] > kShownSpectra) continue;
    for (const auto& lambda : spectrum) {
      values.insert(values.end(), {lambda.real(), lambda.imag()});
      owner.push_back(static_cast<double>(z));
    }
  }
  const double n = static_cast<double>(stay.zones.size());
  std::vector<double> share(4), steps(4), unstable(4), signChanges(4);
  for (std::size_t z = 0; z < 4; ++z) {
    share[z] = sums[z][0] / n;
    steps[z] = sums[z][1] / sums[z][0];
    signChanges[z] = sums[z][3] / sums[z][0];
    unstable[z] = sums[z][2] / sampled[z];
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      times[z * kBins + bin] /= sums[z][0];
      signs[z * kBins + bin] /= sums[z][0];
    }
  }
  recorder.array("zoneCloud", floatArray(portrait_.of(states.data(), kCloud), {kCloud, 3}));
  recorder.array("zone", Array::vector<std::uint8_t>(zone));
  recorder.array("residency", floatArray(stay.steps, {kCloud}));
  recorder.array("signChanges", floatArray(stay.signChanges, {kCloud}));
  recorder.array("residencyHistogram", floatArray(times, {4, kBins}));
  recorder.array("signHistogram", floatArray(signs, {4, kBins}));
  recorder.array("zoneEigenvalues", floatArray(values, {static_cast<std::int64_t>(owner.size()), 2}));
  recorder.array("zoneOfEigenvalue", floatArray(owner, {static_cast<std::int64_t>(owner.size())}));
  recorder.array("zoneShare", floatArray(share, {4}));
  recorder.array("zoneResidency", floatArray(steps, {4}));
  recorder.array("zoneUnstable", floatArray(unstable, {4}));
  recorder.array("zoneSignChanges", floatArray(signChanges, {4}));
}

}  // namespace learnscope::rnnhmm
