// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/continual/method.h"

#include <algorithm>

#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

class Naive final : public Method {
 public:
  LossParts gradient(Bench& bench) override {
    const double loss = bench.crossEntropy(bench.batch, bench.fresh.data());
    bench.followFresh();
    return {loss, 0};
  }
};

/// A batch of the current task and one of each past task, mean loss. From scratch, the weights are drawn anew at each
/// task's start: what one could reach with all data.
class Joint final : public Method {
 public:
  explicit Joint(bool fromScratch) : fromScratch_(fromScratch) {}

  void taskBegin(Bench& bench) override {
    if (!fromScratch_ || bench.finished.empty()) return;
    bench.theta = bench.shape().initial({bench.noise.next(), "continual.weights"});
  }

  LossParts gradient(Bench& bench) override {
    refs_.clear();
    for (const int past : bench.finished) {
      if (past == bench.task) continue;
      bench.drawTask(past, bench.training.batch, bench.replay, past_);
      refs_.insert(refs_.end(), past_.refs.begin(), past_.refs.end());
    }
    LossParts loss;
    loss.fresh = bench.crossEntropy(bench.batch, bench.fresh.data());
    if (refs_.empty()) {
      bench.followFresh();
      return loss;
    }
    bench.held = true;
    loss.stability = bench.crossEntropyOf(refs_, bench.stability.data());
    const float all = static_cast<float>(refs_.size()) + static_cast<float>(bench.batch.count);
    mlpKernels().mix(bench.total.data(), static_cast<float>(bench.batch.count) / all, bench.fresh.data(),
                     static_cast<float>(refs_.size()) / all, bench.stability.data(), bench.size());
    return loss;
  }

 private:
  bool fromScratch_;
  Batch past_;
  std::vector<SampleRef> refs_;
};

}  // namespace

std::unique_ptr<Method> makeJoint(bool fromScratch) { return std::make_unique<Joint>(fromScratch); }

std::unique_ptr<Method> makeMethod(MethodKind kind) {
  switch (kind) {
    case MethodKind::Naive:
      return std::make_unique<Naive>();
    case MethodKind::Joint:
    case MethodKind::Cumulative:
      return makeJoint(kind == MethodKind::Cumulative);
    case MethodKind::Er:
    case MethodKind::Der:
    case MethodKind::DerPlus:
      return makeReplay(kind);
    case MethodKind::AGem:
    case MethodKind::Gem:
    case MethodKind::ErAGem:
      return makeProjection(kind);
    case MethodKind::Lwf:
      return makeDistillation();
    default:
      return makePenalty(kind);
  }
}

bool usesMemory(MethodKind kind) {
  using enum MethodKind;
  return kind == Er || kind == Der || kind == DerPlus || kind == AGem || kind == Gem || kind == ErAGem;
}

MemoryPolicy usualPolicy(MethodKind kind) {
  const bool dark = kind == MethodKind::Der || kind == MethodKind::DerPlus;
  return dark ? MemoryPolicy::Reservoir : MemoryPolicy::Refill;
}

}  // namespace learnscope::continual
