// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/measurement.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope::rnnhmm {
namespace {

constexpr int kEvaluated = 500;
const double none = std::numeric_limits<double>::quiet_NaN();

/// Windows of `width` steps cut from sequences [count][length], `n` of them spread evenly, step-major [width][n].
std::vector<std::uint8_t> windowsOf(const std::vector<std::uint8_t>& data, int count, int length, int width, int n) {
  const int pieces = length / width;
  std::vector<std::uint8_t> out(static_cast<std::size_t>(width) * static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    const long window = static_cast<long>(i) * count * pieces / n;
    const long start = window / pieces * length + window % pieces * width;
    for (long s = 0; s < width; ++s)
      out[static_cast<std::size_t>(s * n + i)] = data[static_cast<std::size_t>(start + s)];
  }
  return out;
}

void writeScalar(Recorder& recorder, std::string_view id, double value) {
  if (std::isfinite(value)) recorder.scalar(id, value);
}

}  // namespace

Array floatArray(const std::vector<double>& values, std::vector<std::int64_t> shape, std::vector<std::int64_t> ids) {
  const std::vector<float> narrow(values.begin(), values.end());
  return Array::from<float>(narrow, std::move(shape), std::move(ids));
}

ElmanMap Net::silentMap() const {
  return {exact.shape.activation, {exact.w.begin(), exact.w.end()}, {exact.b.begin(), exact.b.end()}};
}

MeanMap Net::meanMap() const {
  const auto h = static_cast<std::size_t>(exact.shape.hidden), d = static_cast<std::size_t>(exact.shape.inputs);
  std::vector<double> spread(h);
  for (std::size_t i = 0; i < h; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j) sum += exact.u[i * d + j] * exact.u[i * d + j];
    spread[i] = std::sqrt(sum);
  }
  return {
      exact.shape.activation, {exact.w.begin(), exact.w.end()}, {exact.b.begin(), exact.b.end()}, std::move(spread)};
}

double Swarm::meanNorm() const {
  const std::size_t hidden = states_.size() / kStates;
  double sum = 0;
  for (std::size_t i = 0; i < kStates; ++i) {
    double squares = 0;
    for (std::size_t u = 0; u < hidden; ++u) squares += states_[i * hidden + u] * states_[i * hidden + u];
    sum += std::sqrt(squares) / kStates;
  }
  return sum;
}

void Swarm::advance(const EffectiveRnn<double>& net, bool noise, BulkStream stream) {
  constexpr int kSteps = 4;
  AlignedVector<double> next(states_.size());
  for (int t = 0; t < kSteps; ++t) {
    if (noise) {
      noisyStep(net, states_, kStates, stream, work_);
    } else {
      net.step(states_.data(), nullptr, kStates, next.data());
      states_.swap(next);
      if (!fallen_) ++silentSteps_;
      fallen_ = fallen_ || meanNorm() < 0.01 * noisyNorm_;
    }
  }
  if (!noise) return;
  noisyNorm_ = meanNorm();
  silentSteps_ = 0;
  fallen_ = false;
}

State Swarm::save() const {
  State state;
  state.put("states", Array::vector<double>(std::span<const double>(states_.data(), states_.size())));
  state.putScalar<double>("noisyNorm", noisyNorm_);
  state.putScalar<std::int64_t>("silentSteps", silentSteps_);
  state.putScalar<std::int64_t>("fallen", fallen_);
  return state;
}

void Swarm::load(const State& state) {
  const auto saved = state.get("states").as<double>();
  if (saved.size() != states_.size()) throw DataError("saved state", "\"swarm\"", "of another number of units");
  std::copy(saved.begin(), saved.end(), states_.begin());
  noisyNorm_ = state.scalar<double>("noisyNorm");
  silentSteps_ = state.scalar<std::int64_t>("silentSteps");
  fallen_ = state.scalar<std::int64_t>("fallen") != 0;
}

void Measurement::record(const Net& net, const RnnTraining& training, ThirdAxis third, const Swarm& swarm,
                         Recorder& recorder) {
  const bool evaluation = recorder.due("scalars"), moving = recorder.due("dynamics");
  Observation seen;
  if (evaluation) evaluate(net, training, recorder, seen);
  if (moving) {
    const Chains chains =
        simulate(net.exact, kChains, kBurnIn, kChainSteps, analysisNoise(seed_, "chains", recorder.step()));
    dynamics(net, chains, third, recorder, seen);
    if (recorder.due("collapse")) {
      recordCollapse(net, chains, recorder);
      fixedPoints(net, chains, recorder);
    }
    if (recorder.due("residency")) zones(net, chains, recorder);
  }
  if (evaluation) events_.observe(seen, moving, recorder);
  if (!recorder.due("swarm") || portrait_.hidden == 0) return;
  AlignedVector<double> logits;
  std::vector<std::uint8_t> symbols;
  largestSymbols(net.exact, swarm.states().data(), Swarm::kStates, logits, symbols);
  recorder.array("swarm", floatArray(portrait_.of(swarm.states().data(), Swarm::kStates), {Swarm::kStates, 3}));
  recorder.array("swarmSymbol", Array::vector<std::uint8_t>(symbols));
  recorder.scalar("swarmTimer", static_cast<double>(swarm.silentSteps()));
  if (swarm.noisyNorm() > 0) writeScalar(recorder, "swarmNorm", swarm.meanNorm() / swarm.noisyNorm());
}

// S at the training blur between windows of two batches.
double Measurement::divergence(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b, int count,
                               int length, const RnnTraining& training) {
  const int width = std::min(training.width(), length);
  const int n = std::min(training.clouds(), count * (length / width));
  sinkhorn_.resize(n, width, world_.symbols());
  return sinkhorn_.value(windowsOf(a, count, length, width, n).data(), windowsOf(b, count, length, width, n).data(),
                         training.blur);
}

void Measurement::evaluate(const Net& net, const RnnTraining& training, Recorder& recorder, Observation& seen) {
  const std::int64_t step = recorder.step();
  const int length = training.length;
  const SymbolSequences data = generate(net.single, kEvaluated, length, analysisNoise(seed_, "evaluation noise", step),
                                        analysisNoise(seed_, "evaluation gumbel", step));
  std::vector<std::uint8_t> target(data.values.size()), other(data.values.size());
  RandomStream random(seed_, "evaluation data");
  random.setPosition(static_cast<std::uint64_t>(step) << 24U);
  world_.sample(kEvaluated, length, random, target.data());
  recorder.scalar("loss", divergence(data.values, target, kEvaluated, length, training));
  if (!floor_) {
    RandomStream draws(seed_, "floor data");
    floor_ = 0;
    for (int i = 0; i < 4; ++i) {
      std::vector<std::uint8_t> first(data.values.size());
      world_.sample(kEvaluated, length, draws, first.data());
      world_.sample(kEvaluated, length, draws, other.data());
      *floor_ += divergence(first, other, kEvaluated, length, training) / 4;
    }
  }
  recorder.scalar("floor", *floor_);
  const SymbolStatistics found = statisticsOf(data);
  const SymbolStatistics& wanted = world_.statistics();
  const auto k = static_cast<std::size_t>(world_.symbols());
  double frequency = 0, mean = 0, worst = 0, counted = 0;
  std::vector<double> difference(k * k, none);
  for (std::size_t a = 0; a < k; ++a) {
    frequency = std::max(frequency, std::abs(found.frequencies[a] - wanted.frequencies[a]));
    for (std::size_t b = 0; b < k; ++b) {
      const double error = found.transitions[a * k + b] - wanted.transitions[a * k + b];
      difference[a * k + b] = error;
      if (wanted.frequencies[a] < 0.05) continue;
      const double size = std::isfinite(error) ? std::abs(error) : 1;  // a frequent symbol that is never emitted
      mean += size;
      worst = std::max(worst, size);
      counted += 1;
    }
  }
  seen.frequencyError = frequency;
  seen.transitionError = counted > 0 ? mean / counted : none;
  recorder.scalar("frequencyError", frequency);
  writeScalar(recorder, "transitionError", seen.transitionError);
  writeScalar(recorder, "largestTransitionError", worst);
  const std::vector<double> changes = changesOf(data);
  double sum = 0, squares = 0;
  for (const double c : changes) sum += c, squares += c * c;
  const double n = static_cast<double>(changes.size());
  recorder.scalar("changes", sum / n);
  recorder.scalar("changesSpread", std::sqrt(std::max(0.0, squares / n - sum * sum / (n * n))));
  recorder.scalar("targetChanges", wanted.changesPerStep * (length - 1));
  std::vector<double> excess;
  std::vector<std::int64_t> lags;
  for (int lag = 1; lag <= kLags; ++lag) {
    excess.push_back(excessOf(data, lag));
    lags.push_back(lag);
  }
  seen.excess1 = excess[0];
  seen.target1 = world_.excess()[0];
  seen.excess10 = excess[9];
  seen.target10 = world_.excess()[9];
  writeScalar(recorder, "excess1", excess[0]);
  writeScalar(recorder, "excess5", excess[4]);
  writeScalar(recorder, "excess10", excess[9]);
  writeScalar(recorder, "excess20", excess[19]);
  const auto symbols = static_cast<std::int64_t>(k);
  recorder.array("frequencies", floatArray(found.frequencies, {symbols}));
  recorder.array("targetFrequencies", floatArray(wanted.frequencies, {symbols}));
  recorder.array("transitions", floatArray(found.transitions, {symbols, symbols}));
  recorder.array("targetTransitions", floatArray(wanted.transitions, {symbols, symbols}));
  recorder.array("transitionDifference", floatArray(difference, {symbols, symbols}));
  recorder.array("excess", floatArray(excess, {kLags}, lags));
  recorder.array("targetExcess", floatArray(world_.excess(), {kLags}, lags));
  recordSymbols(data, target, recorder);
}

// A few sequences joined to 200 symbols; which row is whose is for the reader to guess.
void Measurement::recordSymbols(const SymbolSequences& data, const std::vector<std::uint8_t>& target,
                                Recorder& recorder) const {
  constexpr std::size_t kShown = 200;
  const std::uint64_t process = mix64(seed_ + 977 * static_cast<std::uint64_t>(recorder.step())) & 1U;
  std::vector<std::uint8_t> strips(2 * kShown);
  std::copy_n(target.begin(), kShown, strips.begin() + static_cast<long>(process * kShown));
  std::copy_n(data.values.begin(), kShown, strips.begin() + static_cast<long>((1 - process) * kShown));
  recorder.array("strips", Array::from<std::uint8_t>(strips, {2, kShown}));
  recorder.array("stripProcess", Array::vector<std::uint8_t>(std::vector<std::uint8_t>{std::uint8_t(process)}));
}

State Measurement::save() const {
  State state;
  state.merge("events.", events_.save());
  state.merge("tracks.", tracks_.save());
  state.merge("earlierTracks.", earlierTracks_.save());
  const std::vector<std::int64_t> steps{portraitStep_, tracksStep_};
  state.put("steps", Array::vector<std::int64_t>(steps));
  for (const auto& [name, portrait] : {std::pair{"portrait.", &portrait_}, {"earlierPortrait.", &earlierPortrait_}}) {
    state.put(std::string(name) + "mean", Array::vector<double>(portrait->mean));
    state.put(std::string(name) + "axes", Array::vector<double>(portrait->axes));
  }
  return state;
}

void Measurement::load(const State& state) {
  events_.load(state.sub("events."));
  tracks_.load(state.sub("tracks."));
  earlierTracks_.load(state.sub("earlierTracks."));
  const auto steps = state.get("steps").as<std::int64_t>();
  if (steps.size() != 2) throw DataError("saved state", "\"steps\"", "written by another version of this lab");
  portraitStep_ = steps[0];
  tracksStep_ = steps[1];
  for (const auto& [name, portrait] : {std::pair{"portrait.", &portrait_}, {"earlierPortrait.", &earlierPortrait_}}) {
    const auto mean = state.get(std::string(name) + "mean").as<double>();
    const auto axes = state.get(std::string(name) + "axes").as<double>();
    if (axes.size() != 3 * mean.size()) throw DataError("saved state", name, "written by another version of this lab");
    portrait->hidden = static_cast<int>(mean.size());
    portrait->mean.assign(mean.begin(), mean.end());
    portrait->axes.assign(axes.begin(), axes.end());
  }
}

}  // namespace learnscope::rnnhmm
