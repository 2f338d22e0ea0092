// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/weight_trail.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/measures/distances.h"
#include "engine/measures/pca.h"

namespace learnscope::forgetting {
namespace {

constexpr std::size_t sketchPlaces = 2048, mostPoints = 128;
constexpr double arrowLength = 0.5;  ///< of the longer gradient, where the path reaches to 1

}  // namespace

Sketch::Sketch(std::size_t numbers, std::size_t places, RandomStream random) : places_(places) {
  for (std::size_t i = 0; i < numbers; ++i) signs_.push_back(random.below(2) == 0 ? 1.0F : -1.0F);
}

std::vector<float> Sketch::of(std::span<const float> values) const {
  std::vector<float> image(places_, 0.0F);
  for (std::size_t first = 0; first < signs_.size(); first += places_) {
    const std::size_t count = std::min(places_, signs_.size() - first);
    for (std::size_t j = 0; j < count; ++j) image[j] += signs_[first + j] * values[first + j];
  }
  return image;
}

WeightTrail::WeightTrail(std::size_t weights, std::uint64_t seed)
    : sketch_(weights, sketchPlaces, {seed, "forgetting.sketch"}) {}

void WeightTrail::observe(const continual::Bench& bench, bool ends) {
  const bool due = seen_++ % spacing_ == 0;
  now_ = sketch_.of(bench.theta);
  if (due || ends) {
    sketches_.insert(sketches_.end(), now_.begin(), now_.end());
    tasks_.push_back(bench.task);
    if (ends || std::has_single_bit(points()))
      findAxes();
    else if (!axes_.empty())
      project(now_, false, path_);
  }
  if (points() < mostPoints) return;
  for (std::size_t i = 0; 2 * i < points(); ++i) {
    std::copy_n(sketches_.begin() + static_cast<std::ptrdiff_t>(2 * i * sketchPlaces), sketchPlaces,
                sketches_.begin() + static_cast<std::ptrdiff_t>(i * sketchPlaces));
    tasks_[i] = tasks_[2 * i];
  }
  tasks_.resize((points() + 1) / 2);
  sketches_.resize(points() * sketchPlaces);
  spacing_ *= 2;
  projectAll();
}

void WeightTrail::findAxes() {
  if (points() < 2) return;
  const std::vector<float> before = path_;
  const std::vector<double> all(sketches_.begin(), sketches_.end());
  const Pca pca = principalComponents(all, static_cast<int>(points()), static_cast<int>(sketchPlaces), 3);
  double largest = 0;
  for (const double value : pca.coordinates) largest = std::max(largest, std::abs(value));
  mean_ = pca.mean;
  axes_ = pca.axes;
  scale_ = largest > 0 ? 1 / largest : 0;
  for (std::size_t axis = 0; axis < 3; ++axis)
    shares_[axis] = pca.totalVariance > 0 ? pca.variance[axis] / pca.totalVariance : 0;
  projectAll();
  // An axis keeps the side it had.
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double along = 0;
    for (std::size_t i = axis; i < before.size(); i += 3) along += static_cast<double>(before[i] * path_[i]);
    if (along >= 0) continue;
    for (std::size_t j = 0; j < sketchPlaces; ++j) axes_[axis * sketchPlaces + j] *= -1;
    for (std::size_t i = axis; i < path_.size(); i += 3) path_[i] *= -1;
  }
}

void WeightTrail::project(std::span<const float> sketch, bool direction, std::vector<float>& to) const {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double sum = 0;
    for (std::size_t j = 0; j < sketchPlaces; ++j)
      sum += (static_cast<double>(sketch[j]) - (direction ? 0 : mean_[j])) * axes_[axis * sketchPlaces + j];
    to.push_back(static_cast<float>(sum * (direction ? 1 : scale_)));
  }
}

void WeightTrail::projectAll() {
  path_.clear();
  if (axes_.empty()) return;
  for (std::size_t i = 0; i < points(); ++i)
    project(std::span<const float>(sketches_).subspan(i * sketchPlaces, sketchPlaces), false, path_);
}

void WeightTrail::record(const continual::Bench& bench, Recorder& recorder) const {
  if (axes_.empty()) return;
  std::vector<float> way = path_, now, feet, pulls;
  project(now_, false, now);
  way.insert(way.end(), now.begin(), now.end());
  std::vector<float> tasks;
  for (const int task : tasks_) tasks.push_back(static_cast<float>(task + 1));
  tasks.push_back(static_cast<float>(bench.task + 1));
  const double fresh = norm(std::span<const float>(bench.fresh)),
               stability = bench.held ? norm(std::span<const float>(bench.stability)) : 0;
  const auto pull = [&](const AlignedVector<float>& gradient, double length) {
    feet.insert(feet.end(), now.begin(), now.end());
    std::vector<float> seen;
    project(sketch_.of(gradient), true, seen);
    const double shown = norm(std::span<const float>(seen));
    // Downwards; where there is no gradient there is no arrow.
    const double scale = length > 0 && shown > 0 ? -arrowLength * length / std::max(fresh, stability) / shown : 0;
    for (const float value : seen) pulls.push_back(static_cast<float>(scale * static_cast<double>(value)));
  };
  pull(bench.fresh, fresh);
  pull(bench.stability, stability);
  const auto count = static_cast<std::int64_t>(tasks.size());
  recorder.array("weightPath", Array::from<float>(way, {count, 3}));
  recorder.array("weightTask", Array::vector<float>(tasks));
  recorder.array("weightNow", Array::from<float>(now, {1, 3}));
  recorder.array("pullFeet", Array::from<float>(feet, {2, 3}));
  recorder.array("pulls", Array::from<float>(pulls, {2, 3}));
  recorder.scalar("weightExplained", shares_[0] + shares_[1] + shares_[2]);
  recorder.scalar("weightFirst", shares_[0]);
  recorder.scalar("weightSecond", shares_[1]);
  recorder.scalar("weightThird", shares_[2]);
}

State WeightTrail::save() const {
  State state;
  const std::vector<std::int64_t> counters{seen_, spacing_}, tasks(tasks_.begin(), tasks_.end());
  const std::vector<double> numbers{scale_, shares_[0], shares_[1], shares_[2]};
  state.put("sketches", Array::vector<float>(sketches_));
  state.put("tasks", Array::vector<std::int64_t>(tasks));
  state.put("counters", Array::vector<std::int64_t>(counters));
  state.put("mean", Array::vector<double>(mean_));
  state.put("axes", Array::vector<double>(axes_));
  state.put("numbers", Array::vector<double>(numbers));
  return state;
}

void WeightTrail::load(const State& state) {
  const auto sketches = state.get("sketches").as<float>();
  const auto tasks = state.get("tasks").as<std::int64_t>(), counters = state.get("counters").as<std::int64_t>();
  const auto mean = state.get("mean").as<double>(), axes = state.get("axes").as<double>();
  const auto numbers = state.get("numbers").as<double>();
  sketches_.assign(sketches.begin(), sketches.end());
  tasks_.assign(tasks.begin(), tasks.end());
  seen_ = counters[0];
  spacing_ = counters[1];
  mean_.assign(mean.begin(), mean.end());
  axes_.assign(axes.begin(), axes.end());
  scale_ = numbers[0];
  std::copy_n(numbers.begin() + 1, 3, shares_.begin());
  projectAll();
}

}  // namespace learnscope::forgetting
