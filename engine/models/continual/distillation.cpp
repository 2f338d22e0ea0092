// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/models/continual/method.h"
#include "engine/models/continual/saved_floats.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

/// Learning without forgetting (Li & Hoiem 2017): CE + alpha T^2 KL(softmax(z_old / T) || softmax(z / T)) on the new
/// inputs, z_old from the net as it was at the end of the task before. Where each task is judged among its own classes,
/// the sum of such terms over the heads of the tasks that have ended.
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
  // Turns the logits into the gradient of the mean divergence, alpha T (p - q), and returns its value; taught_ becomes
  // q.
  double divergence(Bench& bench, float temperature) {
    const std::span<float> logits = bench.pass.logits();
    if (!bench.masks()) return headDivergence(bench, temperature, logits, taught_);
    const auto classes = static_cast<std::size_t>(bench.stream().classes);
    gradient_.assign(logits.size(), 0.0F);
    double sum = 0;
    for (const int past : bench.finished) {
      if (past == bench.task) continue;
      const unsigned char* mask = bench.masks() + static_cast<std::size_t>(past) * classes;
      // Classes that take no part have probability 0 on both sides.
      const auto masked = [&](std::span<const float> from, std::vector<float>& to) {
        to.assign(from.begin(), from.end());
        for (std::size_t i = 0; i < to.size(); ++i)
          if (mask[i % classes] == 0) to[i] = -1e30F;
      };
      masked(logits, own_);
      masked(taught_, other_);
      sum += headDivergence(bench, temperature, own_, other_);
      mlpKernels().addScaled(gradient_.data(), own_.data(), 1, static_cast<long>(own_.size()));
    }
    std::copy(gradient_.begin(), gradient_.end(), logits.begin());
    return sum;
  }

  static double headDivergence(Bench& bench, float temperature, std::span<float> logits, std::span<float> taught) {
    mlpKernels().softmax(taught.data(), bench.batch.count, bench.stream().classes, temperature);
    mlpKernels().softmax(logits.data(), bench.batch.count, bench.stream().classes, temperature);
    const double strength = bench.method.distillation / bench.batch.count;
    double sum = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const double q = static_cast<double>(taught[i]), now = static_cast<double>(logits[i]);
      if (q > 0) sum += q * (std::log(q) - std::log(std::max(now, 1e-30)));
      logits[i] = static_cast<float>(strength * static_cast<double>(temperature) * (now - q));
    }
    return strength * static_cast<double>(temperature) * static_cast<double>(temperature) * sum;
  }

  AlignedVector<float> old_;
  std::vector<float> taught_;
  std::vector<float> own_, other_, gradient_;  ///< of one head; of all
};

}  // namespace

std::unique_ptr<Method> makeDistillation() { return std::make_unique<Distillation>(); }

}  // namespace learnscope::continual
