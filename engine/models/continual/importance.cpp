// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/continual/importance.h"

#include <algorithm>
#include <cmath>

#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

/// Calls use(batch) for pieces of `samples` random training samples of the present task; returns how many there were.
template <class Use>
int overSamples(Bench& bench, int samples, const Use& use) {
  const int available = bench.train(bench.task).count, count = std::min(samples, available);
  const std::vector<std::int64_t> order = bench.noise.shuffled(static_cast<std::size_t>(available));
  Batch batch;
  for (int first = 0; first < count; first += mostBatch) {
    batch.refs.clear();
    for (int i = first; i < std::min(first + mostBatch, count); ++i)
      batch.refs.push_back({bench.task, static_cast<int>(order[static_cast<std::size_t>(i)])});
    bench.gather(batch);
    bench.pass.forward(bench.theta.data(), batch.x.data(), batch.count);
    use(batch);
  }
  return count;
}

// A class of each row by its probability; the masked ones have none.
void drawLabels(Bench& bench, const AlignedVector<float>& probabilities, std::vector<int>& labels) {
  const auto classes = static_cast<std::size_t>(bench.stream().classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    double left = bench.noise.uniform();
    for (std::size_t c = 0; c < classes; ++c) {
      const double p = static_cast<double>(probabilities[i * classes + c]);
      if (p > 0) labels[i] = static_cast<int>(c);
      left -= p;
      if (left < 0) break;
    }
  }
}

/// Softmax over the classes that take part: the cross entropy's gradient plus the target, at scale 1.
void probabilitiesOf(Bench& bench, const Batch& batch, AlignedVector<float>& p) {
  const std::span<const float> logits = bench.pass.logits();
  const auto classes = static_cast<std::size_t>(bench.stream().classes);
  p.assign(logits.begin(), logits.end());
  mlpKernels().crossEntropy(p.data(), batch.y.data(), batch.count, bench.stream().classes, 1, bench.masks(),
                            batch.task.data(), nullptr);
  for (std::size_t i = 0; i < batch.y.size(); ++i) p[i * classes + static_cast<std::size_t>(batch.y[i])] += 1;
}

}  // namespace

void fisherInformation(Bench& bench, FisherKind kind, int samples, AlignedVector<float>& fisher) {
  fisher.assign(bench.shape().size(), 0.0F);
  AlignedVector<float> part(fisher.size(), 0.0F), p;
  const auto classes = static_cast<std::size_t>(bench.stream().classes);
  const int count = overSamples(bench, samples, [&](Batch& batch) {
    probabilitiesOf(bench, batch, p);
    if (kind == FisherKind::Sampled) drawLabels(bench, p, batch.y);
    const std::span<float> delta = bench.pass.logits();
    for (std::size_t i = 0; i < batch.y.size(); ++i) {
      const std::size_t target = i * classes + static_cast<std::size_t>(batch.y[i]);
      const float weight = kind == FisherKind::Weighted ? std::sqrt(p[target]) : 1.0F;
      for (std::size_t c = 0; c < classes; ++c) delta[i * classes + c] = weight * p[i * classes + c];
      delta[target] -= weight;
    }
    if (kind == FisherKind::Batch)
      bench.pass.backward(bench.theta.data(), batch.x.data(), part.data());
    else
      bench.pass.importance(bench.theta.data(), batch.x.data(), FeedForwardPass::Power::Square, part.data());
    mlpKernels().addScaled(fisher.data(), part.data(), 1, bench.size());
  });
  const float share = 1 / static_cast<float>(std::max(1, count));
  for (float& value : fisher) {
    value *= share;
    if (kind == FisherKind::Batch) value *= value;
  }
}

void outputSensitivity(Bench& bench, int samples, AlignedVector<float>& omega) {
  omega.assign(bench.shape().size(), 0.0F);
  AlignedVector<float> part(omega.size(), 0.0F);
  const int count = overSamples(bench, samples, [&](Batch& batch) {
    const std::span<float> outputs = bench.pass.logits();
    const auto classes = static_cast<std::size_t>(bench.stream().classes);
    const unsigned char* mask =
        bench.masks() ? bench.masks() + static_cast<std::size_t>(bench.task) * classes : nullptr;
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] *= mask && mask[i % classes] == 0 ? 0.0F : 2.0F;
    bench.pass.importance(bench.theta.data(), batch.x.data(), FeedForwardPass::Power::Absolute, part.data());
    mlpKernels().addScaled(omega.data(), part.data(), 1, bench.size());
  });
  for (float& value : omega) value /= static_cast<float>(std::max(1, count));
}

}  // namespace learnscope::continual
