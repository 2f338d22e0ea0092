// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/landscape.h"

#include <algorithm>
#include <cmath>

#include "engine/experiments/forgetting/description.h"
#include "engine/models/continual/saved_floats.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::forgetting {
namespace {

using namespace continual;

constexpr int sheetSamples = 120;
constexpr double margin = 0.35;  ///< of the span around the anchors

/// Weights at the end of `segments` segments from the one that comes (or runs) on, in a copy of `learner` trained by
/// `kind`.
AlignedVector<float> trainedAhead(const Learner& learner, Scenario scenario, const Architecture& architecture,
                                  std::uint64_t seed, MethodKind kind, std::size_t segments) {
  MethodOptions method = learner.bench().method;
  method.kind = kind;
  const ReplayMemory memory = learner.bench().memory;
  Learner copy(learner.bench().sharedStream(), scenario, architecture, learner.schedule(), method,
               learner.bench().training, memory, seed);
  copy.load(learner.save());
  std::int64_t steps = copy.atSegmentEnd() ? 0 : -copy.segmentStep();
  const std::size_t first = copy.atSegmentEnd() ? copy.segment() + 1 : copy.segment();
  for (std::size_t s = first; s < std::min(first + segments, copy.schedule().size()); ++s)
    steps += copy.schedule()[s].iterations;
  for (std::int64_t i = 0; i < steps; ++i) copy.step();
  return copy.bench().theta;
}

double dot(const AlignedVector<float>& a, const AlignedVector<float>& b) {
  return mlpKernels().dot(a.data(), b.data(), static_cast<long>(a.size()));
}

}  // namespace

double lossHeight(Evaluator& evaluator, const AlignedVector<float>& theta, const std::vector<int>& tasks) {
  double loss = 0;
  for (const int task : tasks) loss += evaluator.score(theta.data(), task).loss / static_cast<double>(tasks.size());
  return std::log10(std::clamp(loss, 1e-3, 30.0));
}

Landscape::Landscape(const Learner& learner, Scenario scenario, const Architecture& architecture, std::uint64_t seed) {
  const std::size_t next = learner.atSegmentEnd() ? learner.segment() + 1 : learner.segment();
  const std::vector<Segment>& schedule = learner.schedule();
  const int task = schedule[next].task;
  for (const int past : learner.bench().finished)
    if (past != task) oldTasks_.push_back(past);
  newTasks_ = {task};
  const bool first = oldTasks_.empty();
  if (first) {
    oldTasks_ = {task};
    newTasks_ = {schedule[std::min(next + 1, schedule.size() - 1)].task};
  }
  origin_ = learner.bench().theta;
  const MethodKind own = learner.bench().method.kind;
  const AlignedVector<float> b = trainedAhead(learner, scenario, architecture, seed, own, 1);
  const AlignedVector<float> c = first ? trainedAhead(learner, scenario, architecture, seed, own, 2)
                                       : trainedAhead(learner, scenario, architecture, seed, MethodKind::Joint, 1);
  u_.resize(learner.bench().shape().trainable());
  v_.resize(u_.size());
  setAxes(b, c);
}

void Landscape::setAxes(const AlignedVector<float>& b, const AlignedVector<float>& c) {
  const long size = static_cast<long>(u_.size());
  mlpKernels().mix(u_.data(), 1, b.data(), -1, origin_.data(), size);
  mlpKernels().mix(v_.data(), 1, c.data(), -1, origin_.data(), size);
  unit_ = std::max(1e-12, std::sqrt(dot(u_, u_)));
  for (float& value : u_) value /= static_cast<float>(unit_);
  const double along = dot(v_, u_);
  mlpKernels().addScaled(v_.data(), u_.data(), static_cast<float>(-along), size);
  const double across = std::sqrt(dot(v_, v_));
  // Where c lies on the line, any other direction will do: the weights themselves have one.
  if (across < 1e-3 * unit_) {
    std::copy_n(origin_.begin(), v_.size(), v_.begin());
    mlpKernels().addScaled(v_.data(), u_.data(), static_cast<float>(-dot(v_, u_)), size);
  }
  const double norm = std::max(1e-12, std::sqrt(dot(v_, v_)));
  for (float& value : v_) value /= static_cast<float>(norm);
  third_ = {along / unit_, across / unit_};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double low = std::min(0.0, third_[axis]), high = std::max(axis == 0 ? 1.0 : 0.0, third_[axis]);
    const double room = margin * std::max(high - low, 1.0);
    range_[axis] = {low - room, high + room};
  }
}

std::array<double, 3> Landscape::place(const AlignedVector<float>& theta) const {
  AlignedVector<float> away(u_.size());
  mlpKernels().mix(away.data(), 1, theta.data(), -1, origin_.data(), static_cast<long>(away.size()));
  const double x = dot(away, u_), y = dot(away, v_), square = dot(away, away);
  return {x / unit_, y / unit_, std::sqrt(std::max(0.0, square - x * x - y * y)) / unit_};
}

void Landscape::at(double x, double y, AlignedVector<float>& theta) const {
  const long size = static_cast<long>(u_.size());
  theta = origin_;
  mlpKernels().addScaled(theta.data(), u_.data(), static_cast<float>(x * unit_), size);
  mlpKernels().addScaled(theta.data(), v_.data(), static_cast<float>(y * unit_), size);
}

void Landscape::record(Evaluator evaluator, Recorder& recorder) const {
  AlignedVector<float> theta;
  std::vector<int> tasks = oldTasks_;
  tasks.insert(tasks.end(), newTasks_.begin(), newTasks_.end());
  const auto height = [&](const std::vector<int>& of) { return static_cast<float>(lossHeight(evaluator, theta, of)); };
  const auto stand = [&](double x, double y) {
    at(x, y, theta);
    evaluator.estimateStatistics(theta, tasks);
  };
  const int samples = evaluator.samples();
  evaluator.setSamples(std::min(sheetSamples, samples));
  std::vector<float> oldSheet, newSheet, anchors, line;
  for (int row = 0; row < sheetSide; ++row)
    for (int column = 0; column < sheetSide; ++column) {
      const auto value = [&](std::size_t axis, int i) {
        return range_[axis][0] + (range_[axis][1] - range_[axis][0]) * i / (sheetSide - 1);
      };
      stand(value(0, column), value(1, row));
      oldSheet.push_back(height(oldTasks_));
      newSheet.push_back(height(newTasks_));
    }
  // The sheets are drawn over the unit square.
  const auto put = [&](double x, double y, std::vector<float>& to) {
    stand(x, y);
    to.push_back(static_cast<float>((x - range_[0][0]) / (range_[0][1] - range_[0][0])));
    to.push_back(static_cast<float>((y - range_[1][0]) / (range_[1][1] - range_[1][0])));
    to.push_back(height(oldTasks_));
  };
  put(0, 0, anchors);
  put(1, 0, anchors);
  put(third_[0], third_[1], anchors);
  for (int i = 0; i < linePoints; ++i) put(static_cast<double>(i) / (linePoints - 1), 0, line);
  recorder.array("oldSheet", Array::from<float>(oldSheet, {sheetSide, sheetSide}));
  recorder.array("newSheet", Array::from<float>(newSheet, {sheetSide, sheetSide}));
  recorder.array("anchors", Array::from<float>(anchors, {3, 3}));
  recorder.array("roadLine", Array::from<float>(line, {linePoints, 3}));
}

State Landscape::save() const {
  State state;
  putFloats(state, "origin", origin_);
  putFloats(state, "u", u_);
  putFloats(state, "v", v_);
  const std::vector<double> numbers{unit_,        third_[0],    third_[1],   range_[0][0],
                                    range_[0][1], range_[1][0], range_[1][1]};
  state.put("numbers", Array::vector<double>(numbers));
  const std::vector<std::int64_t> old(oldTasks_.begin(), oldTasks_.end()), fresh(newTasks_.begin(), newTasks_.end());
  state.put("oldTasks", Array::vector<std::int64_t>(old));
  state.put("newTasks", Array::vector<std::int64_t>(fresh));
  return state;
}

void Landscape::load(const State& state) {
  getFloats(state, "origin", origin_);
  getFloats(state, "u", u_);
  getFloats(state, "v", v_);
  const auto numbers = state.get("numbers").as<double>();
  unit_ = numbers[0];
  third_ = {numbers[1], numbers[2]};
  range_ = {{{numbers[3], numbers[4]}, {numbers[5], numbers[6]}}};
  const auto old = state.get("oldTasks").as<std::int64_t>(), fresh = state.get("newTasks").as<std::int64_t>();
  oldTasks_.assign(old.begin(), old.end());
  newTasks_.assign(fresh.begin(), fresh.end());
}

}  // namespace learnscope::forgetting
