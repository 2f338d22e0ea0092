// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/continual/bench.h"

#include <algorithm>

#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

constexpr int passRows = mostBatch;

FeedForwardShape shapeOf(const TaskStream& stream, const Architecture& architecture) {
  FeedForwardPlan plan{.widths = {stream.inputs},
                       .maps = architecture.maps,
                       .channels = stream.channels,
                       .side = stream.side,
                       .batchNorm = architecture.batchNorm};
  plan.widths.insert(plan.widths.end(), architecture.hidden.begin(), architecture.hidden.end());
  plan.widths.push_back(stream.classes);
  return FeedForwardShape(plan);
}

}  // namespace

Bench::Bench(std::shared_ptr<const TaskStream> stream, Scenario scenario, const Architecture& architecture,
             std::uint64_t seed, const ReplayMemory& memoryOf)
    : pass(shapeOf(*stream, architecture), passRows),
      memory(memoryOf),
      batches(seed, "continual.batches"),
      replay(seed, "continual.replay"),
      noise(seed, "continual.method"),
      stream_(std::move(stream)) {
  theta = shape().initial({seed, "continual.weights"});
  for (AlignedVector<float>* buffer : {&velocity, &fresh, &stability, &total, &scratch, &pieceGradient_})
    buffer->assign(shape().size(), 0.0F);
  if (scenario != Scenario::Task) return;
  const auto classes = static_cast<std::size_t>(stream_->classes);
  masks_.assign(stream_->tasks.size() * classes, 0);
  for (std::size_t k = 0; k < stream_->tasks.size(); ++k)
    for (const int c : stream_->tasks[k].classes) masks_[k * classes + static_cast<std::size_t>(c)] = 1;
}

void Bench::followFresh() {
  if (held) std::fill(stability.begin(), stability.end(), 0.0F);
  held = false;
}

void Bench::holdFresh() {
  held = true;
  total = fresh;
}

void Bench::gather(Batch& samples) const {
  const auto width = static_cast<std::size_t>(stream_->inputs);
  samples.count = static_cast<int>(samples.refs.size());
  samples.x.resize(samples.refs.size() * width);
  samples.y.resize(samples.refs.size());
  samples.task.resize(samples.refs.size());
  for (std::size_t i = 0; i < samples.refs.size(); ++i) {
    const SampleRef ref = samples.refs[i];
    const Samples& from = train(ref.task);
    std::copy_n(from.row(ref.index), width, samples.x.data() + i * width);
    samples.y[i] = from.y[static_cast<std::size_t>(ref.index)];
    samples.task[i] = ref.task;
  }
}

void Bench::drawTask(int from, int count, RandomStream& random, Batch& samples) const {
  samples.refs.clear();
  const auto size = static_cast<std::uint64_t>(train(from).count);
  for (int i = 0; i < count; ++i) samples.refs.push_back({from, static_cast<int>(random.below(size))});
  gather(samples);
}

void Bench::drawMemory(int count, Batch& samples, std::vector<int>& items) {
  memory.draw(count, replay, items);
  samples.refs.clear();
  for (const int item : items) samples.refs.push_back(memory.items()[static_cast<std::size_t>(item)]);
  gather(samples);
}

void Bench::forward(const Batch& samples) {
  if (fixedStatistics)
    pass.forward(theta.data(), samples.x.data(), samples.count);
  else
    pass.forwardInTraining(theta.data(), samples.x.data(), samples.count);
}

double Bench::crossEntropy(const Batch& samples, float* gradient) {
  backpropagated += samples.count;
  forward(samples);
  if (&samples == &batch) batchLogits.assign(pass.logits().begin(), pass.logits().end());
  const double sum =
      mlpKernels().crossEntropy(pass.logits().data(), samples.y.data(), samples.count, stream_->classes,
                                1.0F / static_cast<float>(samples.count), masks(), samples.task.data(), nullptr);
  pass.backward(theta.data(), samples.x.data(), gradient);
  return sum / samples.count;
}

double Bench::crossEntropyOf(const std::vector<SampleRef>& refs, float* gradient) {
  std::fill_n(gradient, size(), 0.0F);
  double loss = 0;
  const double count = static_cast<double>(refs.size());
  for (std::size_t first = 0; first < refs.size(); first += passRows) {
    const std::size_t last = std::min(first + passRows, refs.size());
    piece_.refs.assign(refs.begin() + static_cast<std::ptrdiff_t>(first),
                       refs.begin() + static_cast<std::ptrdiff_t>(last));
    gather(piece_);
    const double share = piece_.count / count;
    loss += share * crossEntropy(piece_, pieceGradient_.data());
    mlpKernels().addScaled(gradient, pieceGradient_.data(), static_cast<float>(share), size());
  }
  return loss;
}

}  // namespace learnscope::continual
