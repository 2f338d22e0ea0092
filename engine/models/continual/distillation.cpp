// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/models/continual/method.h"
#include "engine/models/continual/saved_floats.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

/// Learning without forgetting (Li & Hoiem 2017): CE + alpha T^2 KL(softmax(z_old / T) || softmax(z / T)) on the new
/// inputs, z_old from the net as it was at the end of the task before.
class Distillation final : public Method {
 public:
  LossParts gradient(Bench& bench) override {
    const Batch& batch = bench.batch;
    if (old_.empty()) {
      const double loss = bench.crossEntropy(batch, bench.fresh.data());
      bench.followFresh();
      return {loss, 0};
    }
    const auto temperature = static_cast<float>(bench.method.temperature);
    bench.pass.forward(old_.data(), batch.x.data(), batch.count);
    mlpKernels().softmax(bench.pass.logits().data(), batch.count, bench.stream().classes, temperature);
    taught_.assign(bench.pass.logits().begin(), bench.pass.logits().end());
    LossParts loss;
    loss.fresh = bench.crossEntropy(batch, bench.fresh.data());
    // The pass still holds the activities; its logits became the loss's gradient.
    std::copy(bench.batchLogits.begin(), bench.batchLogits.end(), bench.pass.logits().begin());
    loss.stability = divergence(bench, temperature);
    bench.held = true;
    bench.pass.backward(bench.theta.data(), batch.x.data(), bench.stability.data());
    mlpKernels().mix(bench.total.data(), 1, bench.fresh.data(), 1, bench.stability.data(), bench.size());
    return loss;
  }

  void taskEnd(Bench& bench) override { old_ = bench.theta; }
  std::size_t bytes() const override { return old_.size() * sizeof(float); }
  State save() const override {
    State state;
    putFloats(state, "old", old_);
    return state;
  }
  void load(const State& state) override { getFloats(state, "old", old_); }

 private:
  // Turns the logits into the gradient of the mean divergence, alpha T (p - q), and returns its value.
  double divergence(Bench& bench, float temperature) {
    const std::span<float> p = bench.pass.logits();
    mlpKernels().softmax(p.data(), bench.batch.count, bench.stream().classes, temperature);
    const double strength = bench.method.distillation / bench.batch.count;
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double q = taught_[i], now = p[i];
      if (q > 0) sum += q * (std::log(q) - std::log(std::max(now, 1e-30)));
      p[i] = static_cast<float>(strength * static_cast<double>(temperature) * (now - q));
    }
    return strength * static_cast<double>(temperature) * static_cast<double>(temperature) * sum;
  }

  AlignedVector<float> old_;
  std::vector<float> taught_;
};

}  // namespace

std::unique_ptr<Method> makeDistillation() { return std::make_unique<Distillation>(); }

}  // namespace learnscope::continual
