// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/core/errors.h"
#include "engine/models/continual/gradient_constraints.h"
#include "engine/models/continual/method.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

constexpr double ridge = 1e-3;

/// A-GEM (Chaudhry 2019): where the new gradient would raise the loss of the memory (g . g_r < 0), its part along g_r
/// is taken away. With ER the result is mixed with g_r as ER does.
class AveragedProjection final : public Method {
 public:
  explicit AveragedProjection(bool withReplay) : withReplay_(withReplay) {}

  LossParts gradient(Bench& bench) override {
    const MlpKernels& kernels = mlpKernels();
    LossParts loss;
    loss.fresh = bench.crossEntropy(bench.batch, bench.fresh.data());
    if (bench.memory.size() == 0) {
      bench.followFresh();
      return loss;
    }
    bench.drawMemory(withReplay_ ? bench.training.batch : bench.method.referenceSamples, memory_, items_);
    bench.holdFresh();
    loss.stability = bench.crossEntropy(memory_, bench.stability.data());
    const double along = kernels.dot(bench.fresh.data(), bench.stability.data(), bench.size());
    const double square = kernels.dot(bench.stability.data(), bench.stability.data(), bench.size());
    if (along < 0 && square > 0)
      kernels.addScaled(bench.total.data(), bench.stability.data(), static_cast<float>(-along / square), bench.size());
    if (withReplay_) {
      const auto weight = static_cast<float>(bench.method.newWeight);
      kernels.mix(bench.total.data(), weight, bench.total.data(), 1 - weight, bench.stability.data(), bench.size());
    }
    return loss;
  }

 private:
  bool withReplay_;
  Batch memory_;
  std::vector<int> items_;
};

/// GEM (Lopez-Paz & Ranzato 2017): the nearest gradient that raises the loss of no past task's memory.
class EpisodicProjection final : public Method {
 public:
  LossParts gradient(Bench& bench) override {
    LossParts loss;
    loss.fresh = bench.crossEntropy(bench.batch, bench.fresh.data());
    bench.followFresh();
    const std::size_t count = computeRows(bench, loss);
    if (count > 0) project(bench, count);
    return loss;
  }

 private:
  std::size_t computeRows(Bench& bench, LossParts& loss) {
    std::size_t count = 0;
    for (const int past : bench.finished) {
      if (past == bench.task) continue;
      refs_.clear();
      for (const int item : bench.memory.itemsOf(past))
        refs_.push_back(bench.memory.items()[static_cast<std::size_t>(item)]);
      if (refs_.empty()) continue;
      if (rows_.size() == count) rows_.emplace_back(bench.shape().size(), 0.0F);
      loss.stability += bench.crossEntropyOf(refs_, rows_[count].data());
      ++count;
    }
    if (count > 0) bench.holdFresh();
    for (std::size_t i = 0; i < count; ++i)
      mlpKernels().addScaled(bench.stability.data(), rows_[i].data(), 1.0F / static_cast<float>(count), bench.size());
    if (count > 0) loss.stability /= static_cast<double>(count);
    return count;
  }

  void project(Bench& bench, std::size_t count) {
    std::vector<double> a(count * count), b(count);
    bool conflict = false;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j <= i; ++j)
        a[i * count + j] = a[j * count + i] = mlpKernels().dot(rows_[i].data(), rows_[j].data(), bench.size());
      b[i] = mlpKernels().dot(rows_[i].data(), bench.fresh.data(), bench.size());
      conflict = conflict || b[i] < 0;
    }
    if (!conflict) return;
    std::vector<double> v = constrainedMultipliers(a, b, bench.method.margin);
    if (v.empty()) {
      for (std::size_t i = 0; i < count; ++i) a[i * count + i] += ridge;
      v = constrainedMultipliers(a, b, bench.method.margin);
      if (v.empty()) throw NumericError(0, "gradient constraints could not be solved");
    }
    for (std::size_t i = 0; i < count; ++i)
      mlpKernels().addScaled(bench.total.data(), rows_[i].data(), static_cast<float>(v[i]), bench.size());
  }

  std::vector<AlignedVector<float>> rows_;
  std::vector<SampleRef> refs_;
};

}  // namespace

std::unique_ptr<Method> makeProjection(MethodKind kind) {
  if (kind == MethodKind::Gem) return std::make_unique<EpisodicProjection>();
  return std::make_unique<AveragedProjection>(kind == MethodKind::ErAGem);
}

}  // namespace learnscope::continual
