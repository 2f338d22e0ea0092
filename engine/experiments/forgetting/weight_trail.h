// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <vector>

#include "engine/core/random_stream.h"
#include "engine/core/recorder.h"
#include "engine/models/continual/bench.h"

namespace learnscope::forgetting {

/// A fixed random map of many numbers onto few that nearly keeps inner products: number i is added, with a random sign,
/// at place i mod places (a count sketch, Charikar et al. 2002, whose places are not drawn so that it runs through
/// memory). The error of a cosine is about 1/sqrt(places).
class Sketch {
 public:
  Sketch(std::size_t numbers, std::size_t places, RandomStream random);
  /// The image of `values` (at least as many as the map was made for) [places].
  std::vector<float> of(std::span<const float> values) const;

 private:
  std::size_t places_;
  AlignedVector<float> signs_;  ///< by number
};

/// The way of the weights through training on its three principal components, with the two gradients as arrows. Whole
/// weight vectors would fill a run's file, so their sketches are kept, at most 128: then every second one is dropped.
class WeightTrail {
 public:
  WeightTrail(std::size_t weights, std::uint64_t seed);

  /// Adds the present weights if the trail's spacing asks for them; `ends` where a task ends.
  void observe(const continual::Bench& bench, bool ends);
  void record(const continual::Bench& bench, Recorder& recorder) const;

  State save() const;
  void load(const State& state);

 private:
  std::size_t points() const { return tasks_.size(); }
  void findAxes();
  /// Place of a sketch on the axes, in units of the path's reach; `direction` leaves the mean out.
  void project(std::span<const float> sketch, bool direction, std::vector<float>& to) const;
  void projectAll();

  Sketch sketch_;
  std::vector<float> sketches_;  ///< [points][places]
  std::vector<int> tasks_;       ///< being trained at each point
  std::int64_t seen_ = 0, spacing_ = 1;
  std::vector<double> mean_, axes_;
  std::vector<float> now_;   ///< sketch of the weights last observed
  std::vector<float> path_;  ///< the points on the axes [points][3]; empty before there are any
  double scale_ = 0;
  std::array<double, 3> shares_{};  ///< of the variance, along each component
};

}  // namespace learnscope::forgetting
