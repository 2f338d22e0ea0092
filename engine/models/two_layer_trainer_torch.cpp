// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/models/batch_order.h"
#include "engine/models/trainer_state.h"
#include "engine/models/two_layer_init.h"
#include "engine/models/two_layer_torch.h"

namespace learnscope {
namespace {

torch::Tensor activated(Activation activation, const torch::Tensor& z) {
  switch (activation) {
    case Activation::Square:
      return z * z;
    case Activation::Relu:
      return z.clamp_min(0);
    case Activation::SquaredRelu:
      return z.clamp_min(0).square();
    case Activation::Silu:
      return z * z.sigmoid();
  }
  return z;
}

torch::Tensor slope(Activation activation, const torch::Tensor& z) {
  switch (activation) {
    case Activation::Square:
      return 2 * z;
    case Activation::Relu:
      return (z > 0).to(z.scalar_type());
    case Activation::SquaredRelu:
      return 2 * z.clamp_min(0);
    case Activation::Silu: {
      const torch::Tensor s = z.sigmoid();
      return s * (1 + z * (1 - s));
    }
  }
  return z;
}

/// The mean loss of outputs [n, M], the formulas of lossOf().
torch::Tensor lossTensor(LossKind kind, const torch::Tensor& o, const torch::Tensor& onehot) {
  const auto n = o.size(0), m = o.size(1);
  if (kind == LossKind::CrossEntropy) return -(torch::log_softmax(o, 1) * onehot).sum() / n;
  if (kind == LossKind::MeanSquare) return (o - onehot).square().sum() / double(n * m);
  return (o - o.mean(1, true) - (onehot - 1.0 / double(m))).square().sum() / n;
}

torch::Tensor lossSlope(LossKind kind, const torch::Tensor& o, const torch::Tensor& onehot) {
  const auto n = o.size(0), m = o.size(1);
  if (kind == LossKind::CrossEntropy) return (torch::softmax(o, 1) - onehot) / n;
  if (kind == LossKind::MeanSquare) return (o - onehot) * (2.0 / double(n * m));
  return (o - o.mean(1, true) - (onehot - 1.0 / double(m))) * (2.0 / double(n));
}

torch::Tensor indices(std::span<const std::int32_t> values, const torch::Device& device) {
  auto* data = const_cast<std::int32_t*>(values.data());  // from_blob only reads; the copy below owns its memory
  return torch::from_blob(data, {static_cast<std::int64_t>(values.size())}, torch::kInt32).to(torch::kInt64).to(device);
}

torch::Tensor oneHot(const torch::Tensor& index, std::int64_t classes, torch::ScalarType type) {
  return torch::zeros({index.size(0), classes}, index.options().dtype(type)).scatter_(1, index.unsqueeze(1), 1);
}

/// A batch on the device. X [n, 2M] is dense: the product X^T dZ sums in a fixed order, which scattered adds on a GPU
/// do not.
struct DeviceRows {
  torch::Tensor left, right, inputs, onehot;
};

template <class T>
class TorchTrainer final : public TwoLayerTrainer {
 public:
  TorchTrainer(const TwoLayerOptions& options, const PairTask& task, std::uint64_t seed)
      : options_(options),
        order_(task.order()),
        device_(options.backend == Backend::TorchCuda ? torch::kCUDA : torch::kCPU),
        batches_(task, seed, options.batch) {
    options.check();
    TrainerState<T> start;
    start.order = order_;
    start.hidden = start.initialHidden = options.hidden;
    const auto w = static_cast<std::size_t>(2 * order_) * static_cast<std::size_t>(options.hidden);
    for (auto* values : {&start.inputWeights, &start.inputMoment1, &start.inputMoment2}) values->assign(w, T(0));
    for (auto* values : {&start.outputWeights, &start.outputMoment1, &start.outputMoment2}) values->assign(w / 2, T(0));
    drawInitialWeights(options, order_, seed, start.inputWeights.data(), start.outputWeights.data());
    adopt(start);
    all_ = upload(batches_.all());
  }

  double step() override {
    const torch::NoGradGuard guard;
    const BatchOrder::Position before = batches_.position();
    const PairRows& rows = batches_.next();
    const double loss = pass(options_.batch == 0 ? all_ : upload(rows));
    if (!std::isfinite(loss) || !torch::isfinite(gradient_).all().template item<bool>()) {
      batches_.setPosition(before);
      throw NumericError(steps_, std::isfinite(loss) ? "a gradient is not finite" : "the loss is not finite");
    }
    update();
    ++steps_;
    return loss;
  }

  std::int64_t steps() const override { return steps_; }

  double computeGradients() override {
    const torch::NoGradGuard guard;
    return pass(all_);
  }

  AnyTwoLayerNet gradients() override { return view(gradient_); }
  AnyTwoLayerNet net() const override { return view(weights_); }

  void setWeights(std::span<const double> inputWeights, std::span<const double> outputWeights) override {
    TrainerState<T> s = values();
    if (inputWeights.size() != s.inputWeights.size() || outputWeights.size() != s.outputWeights.size())
      throw std::invalid_argument("setWeights: wrong sizes");
    const auto narrow = [](double value) { return static_cast<T>(value); };
    std::transform(inputWeights.begin(), inputWeights.end(), s.inputWeights.begin(), narrow);
    std::transform(outputWeights.begin(), outputWeights.end(), s.outputWeights.begin(), narrow);
    adopt(s);
  }

  void outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, float* o) override {
    writeOutputs(left, right, o);
  }
  void outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, double* o) override {
    writeOutputs(left, right, o);
  }

  const TwoLayerOptions& options() const override { return options_; }

  void change(const TwoLayerOptions& options) override {
    options.check();
    requireOnlyLiveChanges(options_, options);
    const bool fresh = options.optimizer != options_.optimizer;
    if (options.batch != options_.batch) batches_.setBatch(options.batch);
    options_ = options;
    if (!fresh) return;
    moment1_.zero_();
    moment2_.zero_();
    optimizerSteps_ = 0;
  }

  void setTask(const PairTask& task) override {
    if (task.order() != order_) throw std::invalid_argument("setTask: another order");
    batches_.setTask(task);
    all_ = upload(batches_.all());
  }

  void addNeurons(int count, RandomStream random) override {
    if (count < 1) throw ConfigError("/count", std::to_string(count), "1 or more");
    TrainerState<T> s = values();
    const int old = s.hidden;
    options_.hidden = s.hidden = old + count;
    for (auto* columns : {&s.inputWeights, &s.inputMoment1, &s.inputMoment2}) {
      const AlignedVector<T> from = *columns;
      columns->assign(from.size() / static_cast<std::size_t>(old) * static_cast<std::size_t>(s.hidden), T(0));
      growColumns(from, 2 * order_, old, s.hidden, *columns);
    }
    const auto outputSize = static_cast<std::size_t>(s.hidden) * static_cast<std::size_t>(order_);
    for (auto* rows : {&s.outputWeights, &s.outputMoment1, &s.outputMoment2}) rows->resize(outputSize, T(0));
    drawNeurons(options_, order_, old, count, random, s.inputWeights.data(), s.outputWeights.data());
    adopt(s);
  }

  void killNeuron(int neuron) override {
    checkNeuron(neuron);
    for (torch::Tensor* flat : {&weights_, &moment1_, &moment2_}) {
      input(*flat).select(1, neuron).zero_();
      output(*flat).select(0, neuron).zero_();
    }
  }

  void reseedNeuron(int neuron, RandomStream random) override {
    killNeuron(neuron);
    TrainerState<T> s = values();
    drawNeurons(options_, order_, neuron, 1, random, s.inputWeights.data(), s.outputWeights.data());
    adopt(s);
  }

  State save() const override { return toState(values()); }

  void load(const State& state) override {
    const TrainerState<T> s = fromState<T>(state, order_);
    options_.hidden = s.hidden;
    adopt(s);
    batches_.setPosition(s.position);
  }

 private:
  static constexpr torch::ScalarType type() { return std::is_same_v<T, float> ? torch::kFloat32 : torch::kFloat64; }

  void checkNeuron(int neuron) const {
    if (neuron < 0 || neuron >= options_.hidden)
      throw ConfigError("/neuron", std::to_string(neuron), "0.." + std::to_string(options_.hidden - 1));
  }

  // W and V live one after the other in one flat buffer, and so do gradient and moments: one optimizer update serves
  // both.
  torch::Tensor input(const torch::Tensor& flat) const {
    return flat.narrow(0, 0, 2L * order_ * options_.hidden).view({2L * order_, options_.hidden});
  }
  torch::Tensor output(const torch::Tensor& flat) const {
    return flat.narrow(0, 2L * order_ * options_.hidden, 1L * order_ * options_.hidden).view({options_.hidden, order_});
  }

  DeviceRows upload(const PairRows& rows) const {
    DeviceRows on;
    on.left = indices(rows.left, device_);
    on.right = indices(rows.right, device_) + order_;
    on.inputs = oneHot(on.left, 2L * order_, type()) + oneHot(on.right, 2L * order_, type());
    on.onehot = oneHot(indices(rows.target, device_), order_, type());
    return on;
  }

  double pass(const DeviceRows& rows) {
    const torch::Tensor w = input(weights_), v = output(weights_);
    const torch::Tensor z = w.index_select(0, rows.left) + w.index_select(0, rows.right);
    const torch::Tensor f = activated(options_.activation, z);
    const torch::Tensor o = f.mm(v) * options_.outputScale;
    const torch::Tensor dO = lossSlope(options_.loss, o, rows.onehot) * options_.outputScale;
    torch::Tensor dW = input(gradient_), dV = output(gradient_);
    if (options_.freezeOutput)
      dV.zero_();
    else
      torch::mm_out(dV, f.t(), dO);
    if (options_.freezeInput)
      dW.zero_();
    else
      torch::mm_out(dW, rows.inputs.t(), dO.mm(v.t()) * slope(options_.activation, z));
    return lossTensor(options_.loss, o, rows.onehot).template item<double>();
  }

  void update() {
    ++optimizerSteps_;
    if (!options_.freezeInput && !options_.freezeOutput) return updateRange(0, weights_.size(0));
    const std::int64_t border = 2L * order_ * options_.hidden;
    if (!options_.freezeInput) updateRange(0, border);
    if (!options_.freezeOutput) updateRange(border, weights_.size(0) - border);
  }

  void updateRange(std::int64_t first, std::int64_t length) {
    torch::Tensor w = weights_.narrow(0, first, length), g = gradient_.narrow(0, first, length);
    torch::Tensor m = moment1_.narrow(0, first, length), s = moment2_.narrow(0, first, length);
    const double lr = options_.learningRate, wd = options_.weightDecay, b1 = options_.beta1, b2 = options_.beta2;
    if (options_.optimizer == OptimizerKind::AdamW)
      w.mul_(1 - lr * wd);
    else if (wd != 0)
      g = g.add(w, wd);  // gradients() are the loss's alone
    if (options_.optimizer == OptimizerKind::Sgd) {
      m.mul_(b1).add_(g);
      w.sub_(m, lr);
      return;
    }
    const auto t = static_cast<double>(optimizerSteps_);
    m.mul_(b1).add_(g, 1 - b1);
    s.mul_(b2).addcmul_(g, g, 1 - b2);
    w.addcdiv_(m, (s.sqrt() / std::sqrt(1 - std::pow(b2, t))).add_(1e-8), -lr / (1 - std::pow(b1, t)));
  }

  template <class U>
  void writeOutputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, U* o) {
    const torch::NoGradGuard guard;
    const torch::Tensor w = input(weights_);
    const torch::Tensor z =
        w.index_select(0, indices(left, device_)) + w.index_select(0, indices(right, device_) + order_);
    const torch::Tensor result =
        (activated(options_.activation, z).mm(output(weights_)) * options_.outputScale).to(torch::kCPU).contiguous();
    const T* from = result.template data_ptr<T>();
    std::transform(from, from + result.numel(), o, [](T value) { return static_cast<U>(value); });
  }

  AnyTwoLayerNet view(const torch::Tensor& flat) const {
    const torch::Tensor host = flat.to(torch::kCPU);
    shown_.assign(host.template data_ptr<T>(), host.template data_ptr<T>() + host.numel());
    const auto border = static_cast<std::size_t>(2 * order_) * static_cast<std::size_t>(options_.hidden);
    return TwoLayerNet<T>{
        order_,        options_.hidden,       options_.activation, static_cast<T>(options_.outputScale),
        shown_.data(), shown_.data() + border};
  }

  TrainerState<T> values() const {
    TrainerState<T> s;
    s.order = order_;
    s.hidden = options_.hidden;
    s.initialHidden = initialHidden_;
    s.steps = steps_;
    s.optimizerSteps = optimizerSteps_;
    s.position = batches_.position();
    const auto split = [this](const torch::Tensor& flat, AlignedVector<T>& in, AlignedVector<T>& out) {
      const torch::Tensor host = flat.to(torch::kCPU);
      const T* data = host.template data_ptr<T>();
      const auto border = 2L * order_ * options_.hidden;
      in.assign(data, data + border);
      out.assign(data + border, data + host.numel());
    };
    split(weights_, s.inputWeights, s.outputWeights);
    split(moment1_, s.inputMoment1, s.outputMoment1);
    split(moment2_, s.inputMoment2, s.outputMoment2);
    return s;
  }

  void adopt(const TrainerState<T>& s) {
    const auto joined = [this](const AlignedVector<T>& in, const AlignedVector<T>& out) {
      torch::Tensor flat = torch::empty({static_cast<std::int64_t>(in.size() + out.size())}, type());
      std::copy(in.begin(), in.end(), flat.template data_ptr<T>());
      std::copy(out.begin(), out.end(), flat.template data_ptr<T>() + in.size());
      return flat.to(device_);
    };
    weights_ = joined(s.inputWeights, s.outputWeights);
    moment1_ = joined(s.inputMoment1, s.outputMoment1);
    moment2_ = joined(s.inputMoment2, s.outputMoment2);
    gradient_ = torch::zeros_like(weights_);
    steps_ = s.steps;
    optimizerSteps_ = s.optimizerSteps;
    initialHidden_ = s.initialHidden;
  }

  TwoLayerOptions options_;
  int order_;
  torch::Device device_;
  BatchOrder batches_;
  DeviceRows all_;
  torch::Tensor weights_, gradient_, moment1_, moment2_;
  mutable AlignedVector<T> shown_;  // what net() and gradients() point into
  std::int64_t steps_ = 0, optimizerSteps_ = 0;
  int initialHidden_ = 0;
};

}  // namespace

std::unique_ptr<TwoLayerTrainer> makeTorchTrainer(const TwoLayerOptions& options, const PairTask& task,
                                                  std::uint64_t seed) {
  if (options.backend == Backend::TorchCuda && !cudaAvailable())
    throw ConfigError("/backend", "torchCuda", "LibTorch finds no CUDA device here");
  if (options.precision == Precision::Float64) return std::make_unique<TorchTrainer<double>>(options, task, seed);
  return std::make_unique<TorchTrainer<float>>(options, task, seed);
}

void useOneTorchThread() {
  torch::set_num_threads(1);
  // May be set once only, before the first parallel work; later calls throw.
  if (torch::get_num_interop_threads() != 1) {
    try {
      torch::set_num_interop_threads(1);
    } catch (const c10::Error&) {
    }
  }
}

bool cudaAvailable() { return torch::cuda::is_available(); }
std::string torchVersion() { return TORCH_VERSION; }

AutogradResult autogradOf(const TwoLayerNet<double>& net, LossKind loss, std::span<const std::int32_t> left,
                          std::span<const std::int32_t> right, std::span<const std::int32_t> target) {
  const auto m = static_cast<std::int64_t>(net.order), k = static_cast<std::int64_t>(net.hidden);
  const auto leaf = [](const double* data, std::int64_t rows, std::int64_t columns) {
    return torch::from_blob(const_cast<double*>(data), {rows, columns}, torch::kFloat64).clone().requires_grad_(true);
  };
  const torch::Tensor w = leaf(net.inputWeights, 2 * m, k), v = leaf(net.outputWeights, k, m);
  const torch::Device cpu(torch::kCPU);
  const torch::Tensor x =
      oneHot(indices(left, cpu), 2 * m, torch::kFloat64) + oneHot(indices(right, cpu) + m, 2 * m, torch::kFloat64);
  const torch::Tensor value = lossTensor(loss, activated(net.activation, x.mm(w)).mm(v) * net.outputScale,
                                         oneHot(indices(target, cpu), m, torch::kFloat64));
  value.backward();
  const auto copied = [](const torch::Tensor& t) {
    const torch::Tensor dense = t.contiguous();
    return std::vector<double>(dense.data_ptr<double>(), dense.data_ptr<double>() + dense.numel());
  };
  return {value.item<double>(), copied(w.grad()), copied(v.grad())};
}

}  // namespace learnscope
