// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/continual/evaluator.h"

#include <algorithm>

#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

constexpr int pieceRows = 512;

std::size_t z(int value) { return static_cast<std::size_t>(value); }

}  // namespace

Evaluator::Evaluator(std::shared_ptr<const TaskStream> stream, Scenario scenario, const FeedForwardShape& shape,
                     int samples, std::uint64_t seed)
    : stream_(std::move(stream)),
      scenario_(scenario),
      pass_(shape, pieceRows),
      samples_(samples),
      random_(seed, "continual.evaluation") {
  masks_.assign(stream_->tasks.size() * z(stream_->classes), 0);
  for (std::size_t k = 0; k < stream_->tasks.size(); ++k)
    for (const int c : stream_->tasks[k].classes) masks_[k * z(stream_->classes) + z(c)] = 1;
}

TaskScore Evaluator::score(const float* theta, int task) {
  const Samples& test = *stream_->tasks[z(task)].test;
  const int count = std::min(samples_, test.count), classes = stream_->classes;
  const bool all = stream_->tasks[z(task)].classes.size() == z(classes);
  const float* x = test.x.data();
  const int* y = test.y.data();
  if (redraw_) {
    drawn_.clear();
    labels_.clear();
    for (int i = 0; i < count; ++i) {
      const auto row = static_cast<int>(random_.below(static_cast<std::uint64_t>(test.count)));
      drawn_.insert(drawn_.end(), test.row(row), test.row(row) + test.inputs);
      labels_.push_back(test.y[z(row)]);
    }
    x = drawn_.data();
    y = labels_.data();
  }
  const unsigned char* own = masks_.data() + z(task) * z(classes);
  const bool masked = scenario_ == Scenario::Task;
  TaskScore score;
  long right = 0, taskRight = 0;
  for (int first = 0; first < count; first += pieceRows) {
    const int rows = std::min(pieceRows, count - first);
    pass_.forward(theta, x + z(first) * z(test.inputs), rows);
    const float* logits = pass_.logits().data();
    long correct = 0;
    score.loss += mlpKernels().judge(logits, y + first, rows, classes, masked ? own : nullptr, &correct);
    right += correct;
    if (!all && !masked) mlpKernels().judge(logits, y + first, rows, classes, own, &correct);
    taskRight += correct;
  }
  score.accuracy = static_cast<double>(right) / count;
  score.taskAccuracy = static_cast<double>(taskRight) / count;
  score.loss /= count;
  return score;
}

std::span<const float> Evaluator::lastFeatures(int count) const {
  const int layer = pass_.shape().layers() - 1;
  const std::size_t width = z(pass_.shape().width(layer));
  return pass_.hidden(layer).first(std::min(z(count), pass_.hidden(layer).size() / width) * width);
}

std::span<const float> Evaluator::features(const float* theta, const float* x, int count) {
  pass_.forward(theta, x, count);
  return pass_.hidden(pass_.shape().layers() - 1);
}

std::vector<int> Evaluator::predictions(const float* theta, const float* x, int count, int task) {
  std::vector<int> found;
  const unsigned char* mask = scenario_ == Scenario::Task ? masks_.data() + z(task) * z(stream_->classes) : nullptr;
  for (int first = 0; first < count; first += pieceRows) {
    const int rows = std::min(pieceRows, count - first);
    pass_.forward(theta, x + z(first) * z(stream_->inputs), rows);
    for (int r = 0; r < rows; ++r) {
      const auto row = pass_.logits().subspan(z(r) * z(stream_->classes), z(stream_->classes));
      std::size_t best = 0;
      while (mask && mask[best] == 0) ++best;
      for (std::size_t c = best + 1; c < row.size(); ++c)
        if ((!mask || mask[c] != 0) && row[c] > row[best]) best = c;
      found.push_back(static_cast<int>(best));
    }
  }
  return found;
}

void Evaluator::estimateStatistics(AlignedVector<float>& theta, const std::vector<int>& tasks) {
  if (!pass_.shape().normalised()) return;
  drawn_.clear();
  int count = 0;
  for (const int task : tasks) {
    const Samples& train = *stream_->tasks[z(task)].train;
    const int share = std::min(pieceRows / static_cast<int>(tasks.size()), train.count);
    drawn_.insert(drawn_.end(), train.row(0), train.row(0) + z(share) * z(train.inputs));
    count += share;
  }
  pass_.forwardInTraining(theta.data(), drawn_.data(), count, 1);
}

}  // namespace learnscope::continual
