// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/continual/learner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/core/errors.h"
#include "engine/core/redraw.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double squareOf(const AlignedVector<float>& values) {
  return mlpKernels().dot(values.data(), values.data(), static_cast<long>(values.size()));
}

}  // namespace

Learner::Learner(std::shared_ptr<const TaskStream> stream, Scenario scenario, const Architecture& architecture,
                 std::vector<Segment> schedule, const MethodOptions& method, const TrainingOptions& training,
                 const ReplayMemory& memory, std::uint64_t seed)
    : bench_(std::move(stream), scenario, architecture, seed, memory),
      method_(makeMethod(method.kind)),
      schedule_(std::move(schedule)),
      frozen_(static_cast<std::size_t>(bench_.shape().layers()), false),
      storage_(seed, "continual.memory") {
  bench_.method = method;
  bench_.training = training;
  bench_.task = schedule_.front().task;
}

double Learner::driftPlace() const {
  std::int64_t all = 0, before = 0;
  for (std::size_t i = 0; i < schedule_.size(); ++i) {
    all += schedule_[i].iterations;
    if (i < segment_) before += schedule_[i].iterations;
  }
  return std::min(1.0,
                  static_cast<double>(before + segmentStep_) / static_cast<double>(std::max<std::int64_t>(1, all)));
}

void Learner::beginSegment(std::size_t segment) {
  segment_ = segment;
  segmentStep_ = 0;
  ended_ = false;
  bench_.task = schedule_[segment].task;
  if (!bench_.training.keepMomentum) resetOptimizer();
  if (!bench_.stream().drifting) method_->taskBegin(bench_);
}

void Learner::endSegment() {
  ended_ = true;
  if (bench_.stream().drifting) return;  // no task ends where all flow into each other
  const int task = bench_.task;
  if (std::find(bench_.finished.begin(), bench_.finished.end(), task) == bench_.finished.end())
    bench_.finished.push_back(task);
  if (bench_.memory.policy() == MemoryPolicy::Refill && bench_.memory.capacity() > 0)
    storeLogits(bench_.memory.refill(task, bench_.train(task).count, storage_));
  method_->taskEnd(bench_);
}

// What the net now says of the memory's newest samples.
void Learner::storeLogits(int firstItem) {
  const auto classes = static_cast<std::size_t>(bench_.stream().classes);
  Batch batch;
  for (int first = firstItem; first < bench_.memory.size(); first += mostBatch) {
    const int last = std::min(first + mostBatch, bench_.memory.size());
    batch.refs.assign(bench_.memory.items().begin() + first, bench_.memory.items().begin() + last);
    bench_.gather(batch);
    bench_.pass.forward(bench_.theta.data(), batch.x.data(), batch.count);
    for (int i = first; i < last; ++i)
      bench_.memory.setLogits(i, bench_.pass.logits().subspan(static_cast<std::size_t>(i - first) * classes, classes));
  }
}

// With replacement; of a drift, from the 1/50 of its pool around the present place.
void Learner::drawBatch() {
  if (!bench_.stream().drifting)
    return bench_.drawTask(bench_.task, bench_.training.batch, bench_.batches, bench_.batch);
  const int count = bench_.train(0).count, window = std::max(1, count / 50);
  const int first = static_cast<int>(driftPlace() * (count - window));
  bench_.batch.refs.clear();
  for (int i = 0; i < bench_.training.batch; ++i)
    bench_.batch.refs.push_back(
        {bench_.task, first + static_cast<int>(bench_.batches.below(static_cast<std::uint64_t>(window)))});
  bench_.gather(bench_.batch);
}

void Learner::mixRehearsal() {
  std::vector<SampleRef> all;
  const auto wanted = [this](SampleRef ref) {
    return rehearsal_.label < 0 ||
           bench_.stream().labelOf(bench_.train(ref.task).y[static_cast<std::size_t>(ref.index)]) == rehearsal_.label;
  };
  for (const SampleRef& ref : bench_.memory.items())
    if (ref.task != bench_.task && wanted(ref)) all.push_back(ref);
  for (const int task : bench_.finished)
    for (int i = 0; all.empty() && task != bench_.task && i < bench_.train(task).count; ++i)
      if (wanted({task, i})) all.push_back({task, i});
  if (all.empty()) return;
  rehearsed_.refs.clear();
  for (int i = 0; i < bench_.training.batch; ++i) rehearsed_.refs.push_back(all[bench_.replay.below(all.size())]);
  bench_.gather(rehearsed_);
  bench_.crossEntropy(rehearsed_, bench_.scratch.data());
  mlpKernels().addScaled(bench_.stability.data(), bench_.scratch.data(), 1, bench_.size());
  mlpKernels().mix(bench_.total.data(), 0.5F, bench_.followed().data(), 0.5F, bench_.scratch.data(), bench_.size());
  bench_.held = true;
}

double Learner::rate() const {
  if (warmUpLeft_ == 0) return bench_.training.learningRate;
  return bench_.training.learningRate * static_cast<double>(warmUpLength_ - warmUpLeft_ + 1) /
         static_cast<double>(warmUpLength_);
}

void Learner::step() {
  const MlpKernels& kernels = mlpKernels();
  const auto positions = std::array{bench_.batches.position(), bench_.replay.position(), bench_.noise.position()};
  if (!begun_) {
    begun_ = true;
    beginSegment(0);
  } else if (ended_ && segment_ + 1 < schedule_.size()) {
    beginSegment(segment_ + 1);
  }
  drawBatch();
  // What a normalised net's passes move outside the optimizer; empty for any other.
  const auto running = bench_.theta.begin() + static_cast<std::ptrdiff_t>(bench_.shape().trainable());
  const std::vector<float> statistics(running, bench_.theta.end());
  loss_ = method_->gradient(bench_);
  if (rehearsal_.steps > 0) mixRehearsal();
  const double square = squareOf(bench_.followed());
  const bool finiteStatistics =
      kernels.finite(bench_.theta.data() + bench_.shape().trainable(), bench_.theta.end() - running);
  if (!std::isfinite(loss_.fresh + loss_.stability + square) || !finiteStatistics) {
    std::copy(statistics.begin(), statistics.end(), running);
    bench_.batches.setPosition(positions[0]);
    bench_.replay.setPosition(positions[1]);
    bench_.noise.setPosition(positions[2]);
    throw NumericError(steps_, bench_.method.explicitPenalty
                                   ? "the loss is not finite; try the implicit penalty or a smaller strength"
                                   : "the loss is not finite");
  }
  split_.fresh = std::sqrt(bench_.held ? squareOf(bench_.fresh) : square);
  split_.stability = bench_.held ? std::sqrt(squareOf(bench_.stability)) : 0;
  const double norms = split_.fresh * split_.stability;
  split_.cosine =
      norms > 0 ? kernels.dot(bench_.fresh.data(), bench_.stability.data(), bench_.size()) / norms : undefined;
  const bool holds = std::find(frozen_.begin(), frozen_.end(), true) != frozen_.end();
  if (holds) {
    bench_.scratch = bench_.theta;
    if (!bench_.held) bench_.holdFresh();
  }
  for (int l = 0; holds && l < bench_.shape().layers(); ++l) {
    if (!frozen(l)) continue;
    for (AlignedVector<float>* part : {&bench_.total, &bench_.velocity})
      std::fill(part->begin() + static_cast<std::ptrdiff_t>(bench_.shape().begin(l)),
                part->begin() + static_cast<std::ptrdiff_t>(bench_.shape().end(l)), 0.0F);
  }
  const double now = rate();
  kernels.sgd(bench_.theta.data(), bench_.velocity.data(), bench_.followed().data(), static_cast<float>(now),
              static_cast<float>(bench_.training.momentum), bench_.size());
  method_->afterStep(bench_, now);
  for (int l = 0; holds && l < bench_.shape().layers(); ++l)
    if (frozen(l))
      std::copy(bench_.scratch.begin() + static_cast<std::ptrdiff_t>(bench_.shape().begin(l)),
                bench_.scratch.begin() + static_cast<std::ptrdiff_t>(bench_.shape().end(l)),
                bench_.theta.begin() + static_cast<std::ptrdiff_t>(bench_.shape().begin(l)));
  const auto classes = static_cast<std::size_t>(bench_.stream().classes);
  if (bench_.memory.policy() != MemoryPolicy::Refill)
    for (std::size_t i = 0; i < bench_.batch.refs.size(); ++i)
      bench_.memory.offer(bench_.batch.refs[i], bench_.batch.y[i],
                          std::span(bench_.batchLogits).subspan(i * classes, classes), storage_);
  if (warmUpLeft_ > 0) --warmUpLeft_;
  if (rehearsal_.steps > 0) --rehearsal_.steps;
  ++steps_;
  ++segmentStep_;
  if (!ended_ && segmentStep_ >= schedule_[segment_].iterations) endSegment();
}

void Learner::setOptions(const MethodOptions& method, const TrainingOptions& training) {
  if (method.kind != bench_.method.kind) method_ = makeMethod(method.kind);
  bench_.method = method;
  bench_.training = training;
}

void Learner::setMemory(int capacity, MemoryPolicy policy) {
  bench_.memory.setPolicy(policy);
  if (capacity != bench_.memory.capacity()) bench_.memory.setCapacity(capacity, storage_);
}

void Learner::freeze(int layer, bool frozen) { frozen_.at(static_cast<std::size_t>(layer)) = frozen; }

void Learner::warmUp(std::int64_t steps) { warmUpLeft_ = warmUpLength_ = steps; }

void Learner::redraw(std::int64_t draw) {
  for (RandomStream* stream : {&bench_.batches, &bench_.replay, &bench_.noise, &storage_})
    learnscope::redraw(*stream, draw);
}

void Learner::resetOptimizer() { std::fill(bench_.velocity.begin(), bench_.velocity.end(), 0.0F); }

bool Learner::jump() {
  if (segment_ + 1 >= schedule_.size()) return false;
  if (!ended_ && begun_) {
    schedule_[segment_].iterations = std::max<std::int64_t>(1, segmentStep_);
    endSegment();
  }
  return true;
}

void Learner::visit(const Segment& segment) {
  const std::int64_t left = ended_ ? 0 : schedule_[segment_].iterations - segmentStep_;
  const int task = schedule_[segment_].task;
  if (!ended_ && begun_) {
    schedule_[segment_].iterations = segmentStep_;
    endSegment();
  }
  auto place = schedule_.begin() + static_cast<std::ptrdiff_t>(segment_) + 1;
  place = schedule_.insert(place, segment);
  if (left > 0) schedule_.insert(place + 1, {task, left});
}

bool Learner::swapNext() {
  if (segment_ + 2 >= schedule_.size()) return false;
  std::swap(schedule_[segment_ + 1], schedule_[segment_ + 2]);
  return true;
}

}  // namespace learnscope::continual
