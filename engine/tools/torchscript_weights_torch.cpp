// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/script.h>

#include "engine/tools/torchscript_weights.h"

namespace learnscope {
namespace {

Array arrayOf(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
  return Array::from<double>(std::span<const double>(plain.data_ptr<double>(), static_cast<std::size_t>(plain.numel())),
                             plain.sizes().vec());
}

/// Biases and weights of recurrent layers; a readout's or an embedding's are not passed on.
bool recurrent(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  const std::string last = dot == std::string::npos ? name : name.substr(dot + 1);
  return last.size() == 1 || last.starts_with("weight_") || last.starts_with("bias_");
}

}  // namespace

State torchScriptWeights(std::istream& archive) {
  const torch::jit::Module module = torch::jit::load(archive, at::kCPU);
  State weights;
  for (const auto& parameter : module.named_parameters(true))
    if (recurrent(parameter.name) && parameter.value.dim() >= 1 && parameter.value.dim() <= 2)
      weights.put(parameter.name, arrayOf(parameter.value));
  return weights;
}

}  // namespace learnscope
