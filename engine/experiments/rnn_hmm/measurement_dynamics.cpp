// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/decompositions.h"
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
  // Far out biases do not count: what grows there is the net without them.
  EffectiveRnn<double> bare = net.exact;
  std::fill(bare.b.begin(), bare.b.end(), 0.0);
  const Growth growing = growth(bare, chains);
  const AlignedVector<double> cloud = spreadStates(chains, kCloud);
  if (portraitStep_ < recorder.step()) earlierPortrait_ = portrait_;
  turning.portrait.alignTo(earlierPortrait_, cloud.data(), kCloud);
  portrait_ = turning.portrait;
  portraitStep_ = recorder.step();
  seen.meanNorm = meanNorm(chains);
  // tanh is bounded: its growth from small states is no explosion.
  seen.growth = net.exact.shape.activation == RnnActivation::Relu ? growing.factor : 0;
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
  for (std::size_t r = 0; r < growing.rays.size(); ++r) {
    lines.insert(lines.end(), hidden, 0.0);
    for (const double x : growing.rays[r]) lines.push_back(1.5 * size * x);
    ends.insert(ends.end(), growing.rays[r].begin(), growing.rays[r].end());
  }
  const auto count = static_cast<std::int64_t>(growing.rays.size());
  if (count > 0) {
    const std::vector<double> at = portrait_.of(lines.data(), static_cast<int>(2 * count));
    std::vector<double> feet, ways;
    for (std::size_t i = 0; i < at.size(); i += 6)
      for (std::size_t k = i; k < i + 3; ++k) {
        feet.push_back(at[k]);
        ways.push_back(at[k + 3] - at[k]);
      }
    recorder.array("rayFeet", floatArray(feet, {count, 3}));
    recorder.array("rayWays", floatArray(ways, {count, 3}));
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

}  // namespace learnscope::rnnhmm
