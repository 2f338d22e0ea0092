// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/models/continual/method.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

/// ER (Chaudhry 2019): L_w CE(new) + (1 - L_w) CE(memory). DER (Buzzega 2020): CE(new) + a MSE(f(x_m), z_m), z_m the
/// logits stored with x_m; DER++ adds b CE of a second, independent draw. An empty memory leaves CE(new), weight 1.
class Replay final : public Method {
 public:
  explicit Replay(MethodKind kind) : kind_(kind) {}

  LossParts gradient(Bench& bench) override {
    LossParts loss;
    loss.fresh = bench.crossEntropy(bench.batch, bench.fresh.data());
    if (bench.memory.size() == 0) {
      bench.followFresh();
      return loss;
    }
    const float a = kind_ == MethodKind::Er ? static_cast<float>(bench.method.newWeight) : 1.0F;
    const float b = kind_ == MethodKind::Er ? 1 - a : 1.0F;
    bench.held = true;
    loss.stability = kind_ == MethodKind::Er ? replayed(bench, bench.stability.data()) : dark(bench);
    mlpKernels().mix(bench.total.data(), a, bench.fresh.data(), b, bench.stability.data(), bench.size());
    return loss;
  }

 private:
  double replayed(Bench& bench, float* gradient) {
    bench.drawMemory(bench.training.batch, memory_, items_);
    return bench.crossEntropy(memory_, gradient);
  }

  double dark(Bench& bench) {
    const auto a = static_cast<float>(bench.method.darkWeight), b = static_cast<float>(bench.method.labelWeight);
    double loss = a * likeBefore(bench, bench.stability.data());
    mlpKernels().mix(bench.stability.data(), a, bench.stability.data(), 0, bench.stability.data(), bench.size());
    if (kind_ != MethodKind::DerPlus) return loss;
    loss += b * replayed(bench, bench.scratch.data());
    mlpKernels().addScaled(bench.stability.data(), bench.scratch.data(), b, bench.size());
    return loss;
  }

  // Mean square distance from the stored logits, over batch and logits.
  double likeBefore(Bench& bench, float* gradient) {
    bench.drawMemory(bench.training.batch, memory_, items_);
    bench.backpropagated += memory_.count;
    bench.forward(memory_);
    const std::span<float> logits = bench.pass.logits();
    const auto classes = static_cast<std::size_t>(bench.stream().classes);
    double loss = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const std::span<const float> stored = bench.memory.logits(items_[i]);
      for (std::size_t c = 0; c < classes; ++c) {
        float& value = logits[i * classes + c];
        const float difference = value - stored[c];
        loss += static_cast<double>(difference * difference);
        value = 2 * difference / static_cast<float>(logits.size());
      }
    }
    bench.pass.backward(bench.theta.data(), memory_.x.data(), gradient);
    return loss / static_cast<double>(logits.size());
  }

  MethodKind kind_;
  Batch memory_;
  std::vector<int> items_;
};

}  // namespace

std::unique_ptr<Method> makeReplay(MethodKind kind) { return std::make_unique<Replay>(kind); }

}  // namespace learnscope::continual
