// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/experiments/rnn_hmm/measurement.h"

namespace learnscope::rnnhmm {
namespace {

/// What the portrait shows of the points of one search.
struct ShownPoints {
  std::vector<double> places, kinds, readouts, basins, directions, slow;
  std::vector<std::int64_t> ids;
  int stable = 0, saddles = 0;
};

void append(std::vector<double>& to, const std::vector<double>& values) {
  to.insert(to.end(), values.begin(), values.end());
}

/// Segments along the unstable eigenvectors of a point, as long as |lambda| on both sides.
void addDirections(const FixedPoint& point, const Portrait& portrait, std::vector<double>& to) {
  const std::size_t hidden = point.state.size();
  const std::size_t shown =
      std::min(point.directions.size() / hidden, static_cast<std::size_t>(std::max(point.unstable, 0)));
  for (std::size_t k = 0; k < shown; ++k)
    for (const double sign : {-1.0, 1.0}) {
      std::vector<double> end = point.state;
      const double length = sign * std::abs(point.eigenvalues[k]);
      for (std::size_t u = 0; u < hidden; ++u) end[u] += length * point.directions[k * hidden + u];
      append(to, portrait.of(end.data(), 1));
    }
}

ShownPoints shownPoints(const FixedPoints& found, const std::vector<std::int64_t>& ids, const Net& net,
                        const Portrait& portrait) {
  ShownPoints shown;
  std::vector<double> logits(static_cast<std::size_t>(net.exact.shape.symbols));
  for (std::size_t i = 0; i < found.points.size(); ++i) {
    const FixedPoint& point = found.points[i];
    const std::vector<double> at = portrait.of(point.state.data(), 1);
    if (point.slow) {
      append(shown.slow, at);
      continue;
    }
    const bool rests = point.unstable == 0 || (point.unstable < 0 && point.basin > 0.5);
    (rests ? shown.stable : shown.saddles) += 1;
    append(shown.places, at);
    shown.kinds.push_back(rests ? 0 : 1);
    net.exact.logits(point.state.data(), 1, logits.data());
    shown.readouts.push_back(logits.back() - logits.front());
    shown.basins.push_back(point.basin);
    shown.ids.push_back(ids[i]);
    addDirections(point, portrait, shown.directions);
  }
  return shown;
}

Array places(const std::vector<double>& values) {
  return floatArray(values, {static_cast<std::int64_t>(values.size() / 3), 3});
}

/// Without bias a ReLU net has the origin alone (and whole rays where one grows by exactly 1): nothing to search for.
FixedPoints silentPoints(const ElmanMap& map, std::span<const double> starts) {
  if (!map.homogeneous()) {
    FixedPointOptions options;
    options.leaders = 32;
    return findFixedPoints(map, starts, options);
  }
  FixedPoint origin;
  origin.state.assign(static_cast<std::size_t>(map.dimension()), 0.0);
  origin.basin = 1;
  FixedPoints found;
  found.points.push_back(origin);
  return found;
}

void recordMeanPoints(const Net& net, std::span<const double> starts, const Portrait& portrait, Recorder& recorder) {
  FixedPointOptions options;
  options.leaders = 8;
  options.silentSteps = 200;
  const FixedPoints found = findFixedPoints(net.meanMap(), starts, options);
  std::vector<double> at;
  const FixedPoint* main = nullptr;
  for (const FixedPoint& point : found.points) {
    if (point.slow) continue;
    append(at, portrait.of(point.state.data(), 1));
    if (!main || point.starts > main->starts) main = &point;
  }
  recorder.array("meanPoints", places(at));
  if (main && !main->eigenvalues.empty()) recorder.scalar("meanModulus", std::abs(main->eigenvalues[0]));
}

void recordChanges(const std::vector<FixedPointTracks::Change>& changes, const char* id, const char* title,
                   Recorder& recorder) {
  for (const FixedPointTracks::Change& change : changes)
    recorder.event({.id = id + std::to_string(change.id),
                    .step = recorder.step(),
                    .title = title,
                    .values = {{"point", change.id}, {"unstable", change.unstable}}});
}

}  // namespace

void Measurement::fixedPoints(const Net& net, const Chains& chains, Recorder& recorder) {
  constexpr int kStarts = 64, kMeanStarts = 16;
  const AlignedVector<double> states = spreadStates(chains, kStarts);
  if (!std::all_of(states.begin(), states.end(), [](double x) { return std::isfinite(x); })) return;
  const FixedPoints found = silentPoints(net.silentMap(), states);
  if (tracksStep_ < recorder.step()) earlierTracks_ = tracks_;
  tracks_ = earlierTracks_;
  tracksStep_ = recorder.step();
  const ShownPoints shown = shownPoints(found, tracks_.observe(found.points), net, portrait_);
  recorder.scalar("stablePoints", shown.stable);
  recorder.scalar("saddles", shown.saddles);
  recorder.scalar("slowPoints", static_cast<double>(shown.slow.size()) / 3);
  const auto count = static_cast<std::int64_t>(shown.ids.size());
  recorder.array("fixedPoints", floatArray(shown.places, {count, 3}, shown.ids));
  recorder.array("fixedKind", floatArray(shown.kinds, {count}, shown.ids));
  recorder.array("fixedReadout", floatArray(shown.readouts, {count}, shown.ids));
  recorder.array("fixedBasin", floatArray(shown.basins, {count}, shown.ids));
  recorder.array("fixedDirections", places(shown.directions));
  recorder.array("slowPlaces", places(shown.slow));
  recordMeanPoints(net, std::span(states).first(kMeanStarts * static_cast<std::size_t>(chains.hidden)), portrait_,
                   recorder);
  if (recorder.step() == 0) return;
  recordChanges(tracks_.born(), "point-born-", LS_TR("Fixed point born"), recorder);
  recordChanges(tracks_.died(), "point-died-", LS_TR("Fixed point gone"), recorder);
}

}  // namespace learnscope::rnnhmm
