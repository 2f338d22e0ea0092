// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include <cmath>
#include <stdexcept>

#include "engine/models/unet_torch.h"

namespace learnscope {
namespace {

namespace F = torch::nn::functional;

/// The network written with LibTorch's functions, on views of one flat leaf.
class Reference {
 public:
  Reference(const ConditionalUNet& net, const torch::Tensor& flat) : net_(net), flat_(flat) {}

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& c) {
    const torch::Tensor steps = torch::arange(16, torch::kFloat64) / 16;
    const torch::Tensor e = 1000 * t.unsqueeze(1) * torch::exp(-std::log(1e4) * steps);
    torch::Tensor time = gelu(linear(torch::cat({e.sin(), e.cos()}, 1), "time.in", 64));
    time = gelu(linear(time, "time.hidden", 64));
    const torch::Tensor h1 = block(conv(x, "in", 12, 3, 3), time, c, 1, 12, 12);
    const torch::Tensor h2 = block(conv(h1, "down1", 12, 12, 2), time, c, 2, 12, 24);
    torch::Tensor h = block(conv(h2, "down2", 24, 24, 2), time, c, 3, 24, 24);
    h = block(torch::cat({up(h, "up2", 24, 24), h2}, 1), time, c, 4, 48, 24);
    h = block(torch::cat({up(h, "up1", 24, 12), h1}, 1), time, c, 5, 24, 12);
    return x + conv(gelu(norm(h, "out.norm", 12)), "out", 3, 12, 3);
  }

 private:
  torch::Tensor tensor(const std::string& name, std::vector<std::int64_t> shape) {
    for (const LaneParameter& p : net_.parameters().all())
      if (p.name == name) return flat_.narrow(0, p.offset, p.count).view(shape);
    throw std::logic_error("no parameter " + name);
  }
  static torch::Tensor gelu(const torch::Tensor& x) { return torch::gelu(x); }
  torch::Tensor linear(const torch::Tensor& x, const std::string& name, std::int64_t out) {
    return F::linear(x, tensor(name + ".weight", {out, x.size(1)}), tensor(name + ".bias", {out}));
  }
  /// Size 3 keeps the side, size 2 halves it, size 1 is pointwise.
  torch::Tensor conv(const torch::Tensor& x, const std::string& name, std::int64_t out, std::int64_t in, int size) {
    return F::conv2d(x, tensor(name + ".weight", {out, in, size, size}),
                     F::Conv2dFuncOptions()
                         .bias(tensor(name + ".bias", {out}))
                         .stride(size == 2 ? 2 : 1)
                         .padding(size == 3 ? 1 : 0));
  }
  torch::Tensor up(const torch::Tensor& x, const std::string& name, std::int64_t in, std::int64_t out) {
    return F::conv_transpose2d(x, tensor(name + ".weight", {2, 2, out, in}).permute({3, 2, 0, 1}),
                               F::ConvTranspose2dFuncOptions().bias(tensor(name + ".bias", {out})).stride(2));
  }
  torch::Tensor norm(const torch::Tensor& x, const std::string& name, std::int64_t planes) {
    return F::group_norm(
        x,
        F::GroupNormFuncOptions(4).weight(tensor(name + ".weight", {planes})).bias(tensor(name + ".bias", {planes})));
  }
  torch::Tensor block(const torch::Tensor& x, const torch::Tensor& time, const torch::Tensor& c, int index,
                      std::int64_t in, std::int64_t out) {
    const std::string name = "block" + std::to_string(index);
    const torch::Tensor prompt = gelu(linear(gelu(linear(c, name + ".prompt1", out)), name + ".prompt2", out));
    const torch::Tensor shift = linear(time, name + ".time", out) + prompt;
    const torch::Tensor h =
        conv(gelu(norm(x, name + ".norm1", in)), name + ".conv1", out, in, 3) + shift.unsqueeze(2).unsqueeze(3);
    const torch::Tensor rest = conv(gelu(norm(h, name + ".norm2", out)), name + ".conv2", out, out, 3);
    return (in == out ? x : conv(x, name + ".skip", out, in, 1)) + rest;
  }

  const ConditionalUNet& net_;
  torch::Tensor flat_;
};

torch::Tensor copied(std::span<const float> values, std::vector<std::int64_t> shape) {
  auto* data = const_cast<float*>(values.data());  // from_blob only reads; the conversion owns its memory
  return torch::from_blob(data, shape, torch::kFloat32).to(torch::kFloat64);
}

std::vector<double> listed(const torch::Tensor& values) {
  const torch::Tensor dense = values.contiguous();
  return {dense.data_ptr<double>(), dense.data_ptr<double>() + dense.numel()};
}

}  // namespace

UNetReference unetReference(const ConditionalUNet& net, std::span<const float> parameters,
                            std::span<const float> images, std::span<const float> prompts, std::span<const float> times,
                            std::span<const float> noise) {
  const auto count = static_cast<std::int64_t>(times.size());
  const std::int64_t side = net.shape().size;
  const torch::Tensor flat =
      copied(parameters, {static_cast<std::int64_t>(parameters.size())}).clone().requires_grad_(true);
  Reference reference(net, flat);
  const torch::Tensor out = reference.forward(copied(images, {count, 3, side, side}), copied(times, {count}),
                                              copied(prompts, {count, net.shape().prompt}));
  const torch::Tensor loss = (out - copied(noise, {count, 3, side, side})).square().mean();
  loss.backward();
  return {loss.item<double>(), listed(out.detach()), listed(flat.grad())};
}

}  // namespace learnscope
