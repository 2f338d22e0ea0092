// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "tests/support/trial_rnn_torch.h"

namespace learnscope::test {
namespace {

torch::Tensor doubles(std::span<const float> values, std::vector<std::int64_t> shape) {
  return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat32).to(torch::kFloat64).clone();
}

/// The weights as leaves of a graph.
struct Leaves {
  explicit Leaves(const TrialRnn& net)
      : input(doubles(net.input, {net.hidden, net.inputs}).requires_grad_()),
        recurrent(doubles(net.recurrent, {net.hidden, net.hidden}).requires_grad_()),
        readout(doubles(net.readout, {net.outputs, net.hidden}).requires_grad_()) {}
  torch::Tensor input, recurrent, readout;
};

/// Outputs [steps, trials, outputs].
torch::Tensor outputs(const TrialRnn& net, const Leaves& leaves, std::span<const float> x, int trials, int steps) {
  const torch::Tensor inputs = doubles(x, {steps, trials, net.inputs});
  torch::Tensor h = torch::zeros({trials, net.hidden}, torch::kFloat64);
  std::vector<torch::Tensor> all;
  for (int t = 0; t < steps; ++t) {
    const torch::Tensor current = inputs[t].matmul(leaves.input.t()) + h.matmul(leaves.recurrent.t());
    const torch::Tensor u = (1.0 - double(net.leak)) * h + double(net.leak) * current;
    h = net.activation == TrialActivation::Relu   ? torch::relu(u)
        : net.activation == TrialActivation::Tanh ? torch::tanh(u)
                                                  : u;
    all.push_back(h.matmul(leaves.readout.t()));
  }
  return torch::stack(all);
}

std::vector<double> values(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

}  // namespace

AutogradGradients autogradGradients(const TrialRnn& net, std::span<const float> x, std::span<const int> target,
                                    int trials, int steps) {
  const Leaves leaves(net);
  const torch::Tensor all = outputs(net, leaves, x, trials, steps);
  const bool lastOnly = static_cast<int>(target.size()) == trials && steps > 1;
  const torch::Tensor logits = (lastOnly ? all[steps - 1] : all).reshape({-1, net.outputs});
  const torch::Tensor classes = torch::tensor(std::vector<std::int64_t>(target.begin(), target.end()), torch::kInt64);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(logits, classes);
  loss.backward();
  return {loss.item<double>(), values(leaves.input.grad()), values(leaves.recurrent.grad()),
          values(leaves.readout.grad())};
}

std::vector<double> autogradKernel(const TrialRnn& net, std::span<const float> x, int trials, int steps,
                                   bool lastOnly) {
  const Leaves leaves(net);
  const torch::Tensor all = outputs(net, leaves, x, trials, steps);
  std::vector<torch::Tensor> rows;
  for (int i = 0; i < trials; ++i)
    for (int t = lastOnly ? steps - 1 : 0; t < steps; ++t)
      for (int k = 0; k < net.outputs; ++k) {
        const auto gradient = torch::autograd::grad({all[t][i][k]}, {leaves.recurrent}, {}, true, false, true);
        rows.push_back(gradient[0].defined() ? gradient[0].reshape({-1})
                                             : torch::zeros({net.hidden * net.hidden}, torch::kFloat64));
      }
  const torch::Tensor jacobian = torch::stack(rows);
  return values(jacobian.matmul(jacobian.t()));
}

}  // namespace learnscope::test
