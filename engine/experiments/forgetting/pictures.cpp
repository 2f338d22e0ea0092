// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/experiments/forgetting/description.h"
#include "engine/experiments/forgetting/measurement.h"
#include "engine/measures/pca.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::forgetting {
namespace {

using namespace continual;

constexpr int mostRidges = 32;  ///< tasks of a terrain that stand apart
constexpr int regionCells = 48;
constexpr float regionReach = 1.6F;

std::size_t z(int value) { return static_cast<std::size_t>(value); }

Array terrain(const ContinualMetrics& metrics) {
  // Three rows at the height and one between tasks, or one each.
  const int rows = metrics.tasks() > mostRidges ? 1 : 3, spacing = rows > 1 ? rows + 1 : 1;
  Array picture(DType::Float32, {(metrics.tasks() - 1) * spacing + rows, terrainColumns});
  const auto cells = picture.mutableAs<float>();
  const auto& history = metrics.history();
  for (int column = 0; column < terrainColumns && !history.empty(); ++column) {
    const std::size_t n = z(column) * (history.size() - 1) / (terrainColumns - 1);
    for (int task = 0; task < metrics.tasks(); ++task) {
      const float value = history[n].accuracy[z(task)];
      for (int row = 0; row < rows; ++row)
        cells[z(task * spacing + row) * terrainColumns + z(column)] = std::isnan(value) ? 0 : value;
    }
  }
  return picture;
}

Array memoryContent(const Bench& bench) {
  const TaskStream& stream = bench.stream();
  Array picture(DType::Float32, {static_cast<std::int64_t>(stream.tasks.size()), stream.labels()});
  const auto cells = picture.mutableAs<float>();
  for (const SampleRef& ref : bench.memory.items())
    cells[z(ref.task) * z(stream.labels()) + z(stream.labelOf(bench.train(ref.task).y[z(ref.index)]))] += 1;
  return picture;
}

Array decisionRegions(Evaluator& evaluator, const Bench& bench) {
  AlignedVector<float> grid;
  for (int row = 0; row < regionCells; ++row)
    for (int column = 0; column < regionCells; ++column) {
      const auto place = [](int i) { return regionReach * (2 * static_cast<float>(i) / (regionCells - 1) - 1); };
      grid.push_back(place(column));
      grid.push_back(place(row));
    }
  std::vector<float> values;
  for (const int output : evaluator.predictions(bench.theta.data(), grid.data(), regionCells * regionCells, bench.task))
    values.push_back(static_cast<float>(bench.stream().labelOf(output)));
  return Array::from<float>(values, {regionCells, regionCells});
}

}  // namespace

void Measurement::findAxes() {
  const std::size_t width = std::max<std::size_t>(1, evaluator_.lastFeatures(1).size());
  std::vector<double> all;
  for (const std::vector<float>& features : features_) all.insert(all.end(), features.begin(), features.end());
  if (all.size() < 4 * width) return;
  const Pca pca = principalComponents(all, static_cast<int>(all.size() / width), static_cast<int>(width), 3);
  double largest = 0;
  for (const double value : pca.coordinates) largest = std::max(largest, std::abs(value));
  featureMean_ = pca.mean;
  featureAxes_ = pca.axes;
  featureScale_ = largest > 0 ? 1 / largest : 0;
  featureTrail_.clear();
}

void Measurement::putFeatures(std::span<const float> features, std::vector<float>& places) const {
  const std::size_t width = featureMean_.size();
  AlignedVector<float> axis(width);
  const std::size_t first = places.size(), count = features.size() / width;
  places.resize(first + 3 * count);
  for (std::size_t a = 0; a < 3; ++a) {
    double centre = 0;
    for (std::size_t j = 0; j < width; ++j) {
      axis[j] = static_cast<float>(featureAxes_[a * width + j]);
      centre += featureMean_[j] * featureAxes_[a * width + j];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double along = mlpKernels().dot(features.data() + i * width, axis.data(), static_cast<long>(width));
      places[first + 3 * i + a] = static_cast<float>((along - centre) * featureScale_);
    }
  }
}

std::vector<float> Measurement::featurePlaces() const {
  std::vector<float> places;
  for (std::size_t task = 0; task < features_.size(); ++task) {
    putFeatures(features_[task], places);
    places.resize(3 * (task + 1) * z(shown_), std::numeric_limits<float>::quiet_NaN());
  }
  return places;
}

void Measurement::recordFeatures(const Bench& bench, Recorder& recorder) {
  if (featureAxes_.empty()) return;
  const std::size_t width = featureMean_.size();
  const std::vector<float> now = featurePlaces();
  std::vector<float> places, classes, tasks, trails;
  for (std::size_t task = 0; task < features_.size(); ++task)
    for (std::size_t i = 0; i < features_[task].size() / width; ++i) {
      const std::size_t at = 3 * (task * z(shown_) + i);
      const auto put = [at](const std::vector<float>& from, std::vector<float>& to) {
        to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(at),
                  from.begin() + static_cast<std::ptrdiff_t>(at + 3));
      };
      put(now, places);
      for (const std::vector<float>& then : featureTrail_) put(then, trails);
      put(now, trails);
      classes.push_back(static_cast<float>(stream_->labelOf(stream_->tasks[task].test->y[i])));
      tasks.push_back(static_cast<float>(task + 1));
    }
  const auto count = static_cast<std::int64_t>(classes.size());
  recorder.array("features", Array::from<float>(places, {count, 3}));
  recorder.array("featureTrail",
                 Array::from<float>(trails, {count, static_cast<std::int64_t>(featureTrail_.size()) + 1, 3}));
  recorder.array("featureClass", Array::vector<float>(classes));
  recorder.array("featureTask", Array::vector<float>(tasks));
  // Items spread evenly over the memory, by the present weights.
  const int stored = bench.memory.size(), shown = std::min(stored, mostShown);
  AlignedVector<float> inputs;
  std::vector<float> memoryPlaces, memoryClasses;
  for (int i = 0; i < shown; ++i) {
    const SampleRef ref = bench.memory.items()[z(i) * z(stored) / z(shown)];
    const Samples& from = bench.train(ref.task);
    inputs.insert(inputs.end(), from.row(ref.index), from.row(ref.index) + from.inputs);
    memoryClasses.push_back(static_cast<float>(stream_->labelOf(from.y[z(ref.index)])));
  }
  if (shown > 0) putFeatures(evaluator_.features(bench.theta.data(), inputs.data(), shown), memoryPlaces);
  recorder.array("memoryFeatures", Array::from<float>(memoryPlaces, {shown, 3}));
  recorder.array("memoryClass", Array::vector<float>(memoryClasses));
}

void Measurement::recordPictures(const Learner& learner, Recorder& recorder) {
  recorder.array("terrain", terrain(metrics_));
  recorder.array("memoryContent", memoryContent(learner.bench()));
  recordFeatures(learner.bench(), recorder);
  trail_.observe(learner.bench(), learner.atSegmentEnd());
  trail_.record(learner.bench(), recorder);
  if (stream_->inputs == 2) recorder.array("decision", decisionRegions(evaluator_, learner.bench()));
}

}  // namespace learnscope::forgetting
