// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/experiments/rnn_hmm/measurement.h"
#include "engine/measures/pca.h"

namespace learnscope::rnnhmm {
namespace {

constexpr int kCloud = 1000, kSpectra = 100, kDirections = 600;

void writeScalar(Recorder& recorder, std::string_view id, double value) {
  if (std::isfinite(value)) recorder.scalar(id, value);
}

std::vector<std::uint8_t> symbolsOf(const Net& net, const AlignedVector<double>& states, int n) {
  AlignedVector<double> logits;
  std::vector<std::uint8_t> symbols;
  largestSymbols(net.exact, states.data(), n, logits, symbols);
  return symbols;
}

double meanNorm(const Chains& chains) {
  const auto hidden = static_cast<std::size_t>(chains.hidden);
  double sum = 0;
  for (std::size_t r = 0; r < chains.rows(); ++r) {
    double squares = 0;
    for (std::size_t u = 0; u < hidden; ++u) squares += chains.states[r * hidden + u] * chains.states[r * hidden + u];
    sum += std::sqrt(squares);
  }
  return sum / static_cast<double>(chains.rows());
}

}  // namespace

void Measurement::dynamics(const Net& net, const Chains& chains, ThirdAxis third, Recorder& recorder,
                           Observation& seen) {
  const Dwelling dwell = dwelling(chains);
  Rotation turning = rotation(chains, net.exact, third);
  const Growth growing = growth(net.exact, chains);
  const AlignedVector<double> cloud = spreadStates(chains, kCloud);
  if (portraitStep_ < recorder.step()) earlierPortrait_ = portrait_;
  turning.portrait.alignTo(earlierPortrait_, cloud.data(), kCloud);
  portrait_ = turning.portrait;
  portraitStep_ = recorder.step();
  seen.meanNorm = meanNorm(chains);
  seen.growth = growing.factor;
  seen.rotation = turning.index;
  seen.agreement = turning.agreement;
  seen.participation = turning.participation;
  writeScalar(recorder, "changeRate", dwell.changeRate);
  writeScalar(recorder, "dwellVariation", dwell.variation);
  writeScalar(recorder, "meanNorm", seen.meanNorm);
  writeScalar(recorder, "growth", growing.factor);
  writeScalar(recorder, "rays", static_cast<double>(growing.rays.size()));
  writeScalar(recorder, "rotation", turning.index);
  writeScalar(recorder, "turns", turning.turns);
  writeScalar(recorder, "agreement", turning.agreement);
  writeScalar(recorder, "participation", turning.participation);
  writeScalar(recorder, "slowest", turning.slowest);
  writeScalar(recorder, "firstComponent", turning.shares[0]);
  writeScalar(recorder, "readoutLength", turning.readoutLength);
  recorder.array("cloud", floatArray(portrait_.of(cloud.data(), kCloud), {kCloud, 3}));
  recorder.array("cloudSymbol", Array::vector<std::uint8_t>(symbolsOf(net, cloud, kCloud)));
  std::vector<double> path;
  std::vector<std::uint8_t> pathSymbols;
  for (int t = 0; t < chains.steps; ++t) {
    path.insert(path.end(), chains.state(t, 0), chains.state(t, 0) + chains.hidden);
    pathSymbols.push_back(chains.symbol(t, 0));
  }
  recorder.array("trajectory", floatArray(portrait_.of(path.data(), chains.steps), {chains.steps, 3}));
  recorder.array("trajectorySymbol", Array::vector<std::uint8_t>(pathSymbols));
  recordRays(growing, chains, seen.meanNorm, recorder);
  recordSpectra(net, chains, recorder, seen);
}

// Rays are drawn from the silent state outwards; on the sphere of directions they are pins.
void Measurement::recordRays(const Growth& growing, const Chains& chains, double size, Recorder& recorder) const {
  const auto hidden = static_cast<std::size_t>(chains.hidden);
  std::vector<double> lines, ends;
  std::vector<double> symbols;
  for (std::size_t r = 0; r < growing.rays.size(); ++r) {
    lines.insert(lines.end(), hidden, 0.0);
    for (const double x : growing.rays[r]) lines.push_back(1.5 * size * x);
    ends.insert(ends.end(), growing.rays[r].begin(), growing.rays[r].end());
    symbols.insert(symbols.end(), 2, growing.symbols[r]);
  }
  const auto count = static_cast<std::int64_t>(growing.rays.size());
  if (count > 0) {
    recorder.array("rayLines", floatArray(portrait_.of(lines.data(), static_cast<int>(2 * count)), {2 * count, 3}));
    recorder.array("raySymbol", floatArray(symbols, {2 * count}));
  }
  AlignedVector<double> states = spreadStates(chains, kDirections);
  std::vector<double> unit(states.begin(), states.end());
  for (std::size_t i = 0; i < kDirections; ++i) {
    double squares = 0;
    for (std::size_t u = 0; u < hidden; ++u) squares += unit[i * hidden + u] * unit[i * hidden + u];
    for (std::size_t u = 0; u < hidden; ++u) unit[i * hidden + u] /= std::max(std::sqrt(squares), 1e-300);
  }
  // Directions about the origin: leading eigenvectors of the uncentred covariance.
  using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMatrix> h(unit.data(), kDirections, chains.hidden);
  if (!h.allFinite()) return;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(Eigen::MatrixXd(h.transpose() * h));
  Eigen::MatrixXd top = solver.eigenvectors().rightCols(3).rowwise().reverse();
  for (Eigen::Index c = 0; c < 3; ++c)
    if (top.col(c).sum() < 0) top.col(c) *= -1;
  const auto onSphere = [&](const double* from, std::int64_t n) {
    RowMatrix p = Eigen::Map<const RowMatrix>(from, n, chains.hidden) * top;
    for (Eigen::Index i = 0; i < n; ++i)
      if (const double norm = p.row(i).norm(); norm > 0) p.row(i) /= norm;
    return std::vector<double>(p.data(), p.data() + p.size());
  };
  recorder.array("directions", floatArray(onSphere(unit.data(), kDirections), {kDirections, 3}));
  std::vector<double> labels(kDirections);
  std::vector<double> logits(static_cast<std::size_t>(chains.symbols));
  for (std::size_t i = 0; i < kDirections; ++i)
    labels[i] = chains.largest[i * chains.rows() / static_cast<std::size_t>(kDirections)];
  recorder.array("directionSymbol", floatArray(labels, {kDirections}));
  if (count == 0) return;
  recorder.array("rayDirections", floatArray(onSphere(ends.data(), count), {count, 3}));
  std::vector<double> pins;
  for (const int symbol : growing.symbols) pins.push_back(symbol);
  recorder.array("rayDirectionSymbol", floatArray(pins, {count}));
}

void Measurement::recordSpectra(const Net& net, const Chains& chains, Recorder& recorder, Observation& seen) const {
  const AlignedVector<double> states = spreadStates(chains, kSpectra);
  std::vector<double> values;
  double unstable = 0, any = 0, critical = 0;
  for (int i = 0; i < kSpectra; ++i) {
    const auto eigenvalues = localEigenvalues(net.exact, states.data() + static_cast<long>(i) * chains.hidden);
    const LocalSpectrum spectrum = localSpectrum(eigenvalues);
    unstable += spectrum.unstable;
    any += spectrum.unstable > 0;
    critical += spectrum.critical;
    if (i % 4 != 0) continue;
    for (const auto& lambda : eigenvalues) {
      values.push_back(lambda.real());
      values.push_back(lambda.imag());
    }
  }
  seen.shareUnstable = any / kSpectra;
  recorder.scalar("shareUnstable", any / kSpectra);
  recorder.scalar("unstable", unstable / kSpectra);
  recorder.scalar("criticalShare", critical / kSpectra);
  if (!values.empty())
    recorder.array("eigenvalues", floatArray(values, {static_cast<std::int64_t>(values.size() / 2), 2}));
}

void Measurement::recordCollapse(const Net& net, const Chains& chains, Recorder& recorder) const {
  const Collapse silent = collapse(net.exact, chains);
  writeScalar(recorder, "collapseMedian", silent.median);
  writeScalar(recorder, "collapseLongest", silent.longest);
  recorder.scalar("collapsed", silent.reached);
  writeScalar(recorder, "amplification", silent.amplification);
}

// Without bias a ReLU net has the origin alone (and whole rays where one grows by exactly 1): nothing to search for.
void Measurement::fixedPoints(const Net& net, const Chains& chains, Recorder& recorder) {
  const ElmanMap map = net.silentMap();
  const auto hidden = static_cast<std::size_t>(chains.hidden);
  FixedPoints found;
  if (map.homogeneous()) {
    FixedPoint origin;
    origin.state.assign(hidden, 0.0);
    origin.basin = 1;
    found.points.push_back(origin);
  } else {
    constexpr int kStarts = 64;
    const AlignedVector<double> states = spreadStates(chains, kStarts);
    if (!std::all_of(states.begin(), states.end(), [](double x) { return std::isfinite(x); })) return;
    FixedPointOptions options;
    options.leaders = 32;
    found = findFixedPoints(map, states, options);
  }
  if (tracksStep_ < recorder.step()) earlierTracks_ = tracks_;
  tracks_ = earlierTracks_;
  tracksStep_ = recorder.step();
  const std::vector<std::int64_t> ids = tracks_.observe(found.points);
  std::vector<double> positions, kinds, readouts, basins, lines;
  std::vector<std::int64_t> shown;
  std::vector<double> logits(static_cast<std::size_t>(chains.symbols));
  int stable = 0, saddles = 0, slow = 0;
  for (std::size_t i = 0; i < found.points.size(); ++i) {
    const FixedPoint& point = found.points[i];
    if (point.slow) {
      ++slow;
      continue;
    }
    const bool rests = point.unstable == 0 || (point.unstable < 0 && point.basin > 0.5);
    (rests ? stable : saddles) += 1;
    const std::vector<double> at = portrait_.of(point.state.data(), 1);
    positions.insert(positions.end(), at.begin(), at.end());
    kinds.push_back(rests ? 0 : 1);
    net.exact.logits(point.state.data(), 1, logits.data());
    readouts.push_back(logits.back() - logits.front());
    basins.push_back(point.basin);
    shown.push_back(ids[i]);
    for (std::size_t k = 0;
         k < point.directions.size() / hidden && k < static_cast<std::size_t>(std::max(point.unstable, 0)); ++k)
      for (const double sign : {-1.0, 1.0}) {
        std::vector<double> end = point.state;
        const double length = sign * std::abs(point.eigenvalues[k]);
        for (std::size_t u = 0; u < hidden; ++u) end[u] += length * point.directions[k * hidden + u];
        const std::vector<double> to = portrait_.of(end.data(), 1);
        lines.insert(lines.end(), to.begin(), to.end());
      }
  }
  recorder.scalar("stablePoints", stable);
  recorder.scalar("saddles", saddles);
  recorder.scalar("slowPoints", slow);
  const auto count = static_cast<std::int64_t>(shown.size());
  if (count == 0) return;
  recorder.array("fixedPoints", floatArray(positions, {count, 3}, shown));
  recorder.array("fixedKind", floatArray(kinds, {count}, shown));
  recorder.array("fixedReadout", floatArray(readouts, {count}, shown));
  recorder.array("fixedBasin", floatArray(basins, {count}, shown));
  if (!lines.empty())
    recorder.array("fixedDirections", floatArray(lines, {static_cast<std::int64_t>(lines.size() / 3), 3}));
  if (recorder.step() == 0) return;
  for (const auto& change : tracks_.born())
    recorder.event({.id = "point-born-" + std::to_string(change.id),
                    .step = recorder.step(),
                    .title = LS_TR("Fixed point born"),
                    .values = {{"point", change.id}, {"unstable", change.unstable}}});
  for (const auto& change : tracks_.died())
    recorder.event({.id = "point-died-" + std::to_string(change.id),
                    .step = recorder.step(),
                    .title = LS_TR("Fixed point gone"),
                    .values = {{"point", change.id}, {"unstable", change.unstable}}});
}

void Measurement::zones(const Net& net, const Chains& chains, Recorder& recorder) const {
  const AlignedVector<double> states = spreadStates(chains, kCloud);
  const std::vector<float> narrow(states.begin(), states.end());
  const Residency stay = residency(net.single, narrow, analysisNoise(seed_, "residency", recorder.step()));
  double sums[4][4] = {};  // zone: count, RT, unstable directions of every tenth, sign changes
  double sampled[4] = {};
  std::vector<std::uint8_t> zone;
  for (std::size_t i = 0; i < stay.zones.size(); ++i) {
    const auto z = static_cast<std::size_t>(stay.zones[i]);
    zone.push_back(static_cast<std::uint8_t>(z));
    sums[z][0] += 1;
    sums[z][1] += stay.steps[i];
    sums[z][3] += stay.signChanges[i];
    if (i % 5 != 0 && z != 3) continue;  // transitions are rare: all of them
    sums[z][2] +=
        localSpectrum(localEigenvalues(net.exact, states.data() + i * static_cast<std::size_t>(chains.hidden)))
            .unstable;
    sampled[z] += 1;
  }
  const double n = static_cast<double>(stay.zones.size());
  std::vector<double> share(4), steps(4), unstable(4), signs(4);
  for (std::size_t z = 0; z < 4; ++z) {
    share[z] = sums[z][0] / n;
    steps[z] = sums[z][1] / sums[z][0];
    signs[z] = sums[z][3] / sums[z][0];
    unstable[z] = sums[z][2] / sampled[z];
  }
  recorder.array("zoneCloud", floatArray(portrait_.of(states.data(), kCloud), {kCloud, 3}));
  recorder.array("zone", Array::vector<std::uint8_t>(zone));
  recorder.array("residency", floatArray(stay.steps, {kCloud}));
  recorder.array("signChanges", floatArray(stay.signChanges, {kCloud}));
  recorder.array("zoneShare", floatArray(share, {4}));
  recorder.array("zoneResidency", floatArray(steps, {4}));
  recorder.array("zoneUnstable", floatArray(unstable, {4}));
  recorder.array("zoneSignChanges", floatArray(signs, {4}));
}

}  // namespace learnscope::rnnhmm
