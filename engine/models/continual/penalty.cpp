// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/models/continual/importance.h"
#include "engine/models/continual/method.h"
#include "engine/models/continual/saved_floats.h"
#include "engine/models/mlp_kernels.h"

namespace learnscope::continual {
namespace {

/// lambda / 2 sum omega_i (theta_i - anchor_i)^2, with an importance omega of its own for each method:
/// EWC (Kirkpatrick 2017), online one F <- gamma F + F_k and one anchor, offline the sum of one such term a task, which
/// is the same quadratic with omega = sum F_j and anchor = sum F_j theta_j / omega; SI (Zenke 2017), MAS (Aljundi
/// 2018), L2 (omega = 1). As a proximal step after the data's step unless `explicitPenalty`.
class Penalty final : public Method {
 public:
  explicit Penalty(MethodKind kind) : kind_(kind) {}

  void taskBegin(Bench& bench) override {
    if (kind_ != MethodKind::Si) return;
    start_ = bench.theta;
    path_.assign(bench.shape().size(), 0.0F);
  }

  LossParts gradient(Bench& bench) override {
    LossParts loss;
    loss.fresh = bench.crossEntropy(bench.batch, bench.fresh.data());
    if (omega_.empty()) {
      bench.followFresh();
      return loss;
    }
    bench.holdFresh();
    const auto strength = static_cast<float>(strengthOf(bench.method));
    for (std::size_t i = 0; i < omega_.size(); ++i) {
      const float away = bench.theta[i] - anchor_[i], pull = strength * omega_[i] * away;
      loss.stability += 0.5 * static_cast<double>(pull * away);
      bench.stability[i] = pull;
    }
    if (bench.method.explicitPenalty)
      mlpKernels().addScaled(bench.total.data(), bench.stability.data(), 1, bench.size());
    return loss;
  }

  void afterStep(Bench& bench, double rate) override {
    // SI's path integral is that of the data's step and gradient alone.
    if (kind_ == MethodKind::Si && !path_.empty())
      for (std::size_t i = 0; i < path_.size(); ++i)
        path_[i] += static_cast<float>(rate) * bench.fresh[i] * bench.velocity[i];
    if (omega_.empty() || bench.method.explicitPenalty) return;
    mlpKernels().proximal(bench.theta.data(), omega_.data(), anchor_.data(),
                          static_cast<float>(rate * strengthOf(bench.method)), bench.size());
  }

  void taskEnd(Bench& bench) override {
    const bool first = omega_.empty();
    if (first) omega_.assign(bench.shape().size(), 0.0F);
    if (first || kind_ != MethodKind::EwcOffline) anchor_ = bench.theta;
    switch (kind_) {
      case MethodKind::EwcOnline:
        addFisher(bench, bench.method.ewcDecay, 1);
        break;
      case MethodKind::EwcMean: {
        const double share = 1 / static_cast<double>(bench.finished.size());
        addFisher(bench, 1 - share, share);
        break;
      }
      case MethodKind::EwcOffline:
        addOffline(bench);
        break;
      case MethodKind::Si:
        addPath(bench);
        break;
      case MethodKind::Mas:
        outputSensitivity(bench, bench.method.importanceSamples, fresh_);
        mlpKernels().addScaled(omega_.data(), fresh_.data(), 1, bench.size());
        break;
      default:
        std::fill_n(omega_.begin(), bench.shape().trainable(), 1.0F);
    }
  }

  std::size_t bytes() const override { return (omega_.size() + anchor_.size() + start_.size() + path_.size()) * 4; }

  State save() const override {
    State state;
    putFloats(state, "omega", omega_);
    putFloats(state, "anchor", anchor_);
    putFloats(state, "start", start_);
    putFloats(state, "path", path_);
    return state;
  }
  void load(const State& state) override {
    getFloats(state, "omega", omega_);
    getFloats(state, "anchor", anchor_);
    getFloats(state, "start", start_);
    getFloats(state, "path", path_);
  }

 private:
  double strengthOf(const MethodOptions& options) const {
    switch (kind_) {
      case MethodKind::Si:
        return options.siStrength;
      case MethodKind::Mas:
        return options.masStrength;
      case MethodKind::L2:
        return options.l2Strength;
      default:
        return options.ewcStrength;
    }
  }

  void addFisher(Bench& bench, double keep, double add) {
    fisherInformation(bench, bench.method.fisher, bench.method.importanceSamples, fresh_);
    mlpKernels().mix(omega_.data(), static_cast<float>(keep), omega_.data(), static_cast<float>(add), fresh_.data(),
                     bench.size());
  }

  void addOffline(Bench& bench) {
    fisherInformation(bench, bench.method.fisher, bench.method.importanceSamples, fresh_);
    for (std::size_t i = 0; i < omega_.size(); ++i) {
      const float sum = omega_[i] + fresh_[i];
      if (sum > 0) anchor_[i] = (omega_[i] * anchor_[i] + fresh_[i] * bench.theta[i]) / sum;
      omega_[i] = sum;
    }
  }

  void addPath(const Bench& bench) {
    if (path_.empty()) return;  // the method was switched on inside this task
    const auto damping = static_cast<float>(bench.method.siDamping);
    for (std::size_t i = 0; i < omega_.size(); ++i) {
      const float moved = bench.theta[i] - start_[i];
      omega_[i] += std::max(path_[i], 0.0F) / (moved * moved + damping);
    }
  }

  MethodKind kind_;
  AlignedVector<float> omega_, anchor_;  ///< empty until a task has ended
  AlignedVector<float> start_, path_;    ///< SI: weights at the task's start, sum of -g dtheta since
  AlignedVector<float> fresh_;
};

}  // namespace

std::unique_ptr<Method> makePenalty(MethodKind kind) { return std::make_unique<Penalty>(kind); }

}  // namespace learnscope::continual
