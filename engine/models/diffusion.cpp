// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/diffusion.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/core/errors.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {
namespace {

constexpr float kBeta1 = 0.9f, kBeta2 = 0.999f;
constexpr double kBoxMuller = 2 * std::numbers::pi / 4294967296.0;

std::size_t valuesOf(const Denoiser& net) {
  return static_cast<std::size_t>(net.planes()) * static_cast<std::size_t>(net.grid().rows) *
         static_cast<std::size_t>(net.grid().columns);
}

/// Calls f(place in a plane buffer, index in a sample) for every value of a sample.
template <class F>
void eachValue(const Denoiser& net, F&& f) {
  const LaneGrid& grid = net.grid();
  std::size_t i = 0;
  for (int c = 0; c < net.planes(); ++c)
    for (int y = 0; y < grid.rows; ++y)
      for (int x = 0; x < grid.columns; ++x) f(c * grid.plane + y * grid.row + x * grid.pixel, i++);
}

}  // namespace

NoiseLevel noiseLevel(double t) {
  const double gamma = -5 + 13 * t;
  return {static_cast<float>(std::sqrt(1 / (1 + std::exp(gamma)))),
          static_cast<float>(std::sqrt(1 / (1 + std::exp(-gamma))))};
}

void fillNormals(RandomStream& random, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const std::uint64_t bits = random.next();
    const auto high = static_cast<float>((static_cast<double>(bits >> 32) + 0.5) * 0x1p-32);
    const float radius = std::sqrt(-2.0f * std::log(high));
    const auto angle = static_cast<float>(static_cast<double>(bits & 0xFFFFFFFFU) * kBoxMuller);
    values[i] = radius * std::cos(angle);
    if (i + 1 < values.size()) values[i + 1] = radius * std::sin(angle);
  }
}

DiffusionTrainer::DiffusionTrainer(std::unique_ptr<Denoiser> net, std::uint64_t seed, double startScale)
    : net_(std::move(net)), noise_(seed, "diffusion.noise"), values_(valuesOf(*net_)) {
  const auto count = static_cast<std::size_t>(net_->parameters().count());
  for (auto* values : {&weights_, &means_, &moment1_, &moment2_, &gradient_}) values->assign(count, 0.0f);
  RandomStream start(seed, "diffusion.start");
  net_->parameters().draw(start, startScale, weights_.data());
  means_ = weights_;
  times_.assign(kImageLanes, 0.0f);
  prompts_.assign(static_cast<std::size_t>(net_->promptLength()) * kImageLanes, 0.0f);
}

// z = alpha x + sigma eps in the lanes of the block; lanes beyond the batch are zero.
void DiffusionTrainer::loadBlock(const DiffusionBatch& batch, int first, std::span<const double> times) {
  float* in = net_->input();
  for (int l = 0; l < kImageLanes; ++l) {
    const int i = first + l;
    const bool there = i < batch.count();
    const auto at = static_cast<std::size_t>(i);
    const NoiseLevel level = there ? noiseLevel(times[at]) : NoiseLevel{};
    const float* sample = there ? batch.samples[at] : nullptr;
    const float* noise = there ? normals_.data() + at * values_ : nullptr;
    eachValue(*net_, [&](long place, std::size_t k) {
      in[place + l] = there && !regress_ ? level.alpha * sample[k] + level.sigma * noise[k] : 0;
    });
    times_[static_cast<std::size_t>(l)] = there && !regress_ ? static_cast<float>(times[at]) : 0;
    for (int p = 0; p < net_->promptLength(); ++p)
      prompts_[static_cast<std::size_t>(p * kImageLanes + l)] = there ? batch.prompts[at][p] : 0;
  }
  net_->promptCodes(prompts_.data(), codes_);
  net_->timeCodes(times_.data(), timeCodes_);
  for (std::size_t i = 0; i < codes_.size(); ++i) codes_[i] += timeCodes_[i];
}

// Sum of squares of output - noise (of the regressor: output - sample); the output gradient is `scale` times the
// difference.
double DiffusionTrainer::blockError(const DiffusionBatch& batch, int first, float scale, std::vector<double>* each) {
  const float* out = net_->output();
  float* slope = net_->outputGradient();
  double total = 0;
  for (int l = 0; l < kImageLanes; ++l) {
    const bool there = first + l < batch.count();
    const auto at = static_cast<std::size_t>(first + l);
    const float* target = !there ? nullptr : regress_ ? batch.samples[at] : normals_.data() + at * values_;
    double sum = 0;
    eachValue(*net_, [&](long place, std::size_t k) {
      const float difference = there ? out[place + l] - target[k] : 0;
      slope[place + l] = scale * difference;
      sum += static_cast<double>(difference) * difference;
    });
    total += sum;
    if (each && there) each->push_back(sum / static_cast<double>(values_));
  }
  return total;
}

double DiffusionTrainer::pass(const DiffusionBatch& batch, double shift) {
  const int count = batch.count();
  batchTimes_.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) batchTimes_[static_cast<std::size_t>(i)] = (i + shift) / count;
  net_->use(weights_.data());
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  const double elements = static_cast<double>(count) * static_cast<double>(values_);
  double sum = 0;
  for (int first = 0; first < count; first += kImageLanes) {
    loadBlock(batch, first, batchTimes_);
    net_->forward(codes_, true);
    sum += blockError(batch, first, static_cast<float>(2 / elements), nullptr);
    net_->backward(gradient_.data());
  }
  return sum / elements;
}

double DiffusionTrainer::step(const DiffusionBatch& batch, const DiffusionOptions& options) {
  const std::uint64_t before = noise_.position();
  regress_ = options.regress;
  const double shift = noise_.uniform();
  normals_.resize(static_cast<std::size_t>(batch.count()) * values_);
  fillNormals(noise_, normals_);
  const double loss = pass(batch, shift);
  double squares = 0;
  for (const float g : gradient_) squares += static_cast<double>(g) * g;
  if (!std::isfinite(loss) || !std::isfinite(squares)) {
    noise_.setPosition(before);
    throw NumericError(steps_, std::isfinite(loss) ? "a gradient is not finite" : "the loss is not finite");
  }
  update(options, std::sqrt(squares));
  ++steps_;
  return loss;
}

void DiffusionTrainer::update(const DiffusionOptions& options, double norm) {
  // As torch.nn.utils.clip_grad_norm_: scaled by clip / (norm + 1e-6) if that is below 1.
  const auto scale = static_cast<float>(std::min(1.0, options.clip / (norm + 1e-6)));
  if (scale < 1)
    for (float& g : gradient_) g *= scale;
  const auto k = static_cast<double>(steps_ + 1);
  const double rate = options.learningRate / (1 - std::pow(static_cast<double>(kBeta1), k));
  const double rootScale = 1 / std::sqrt(1 - std::pow(static_cast<double>(kBeta2), k));
  twoLayerKernels<float>().adam(weights_.data(), moment1_.data(), moment2_.data(), gradient_.data(),
                                static_cast<long>(weights_.size()), static_cast<float>(rate),
                                static_cast<float>(rootScale), kBeta1, kBeta2, 0.0f,
                                static_cast<float>(1 - options.learningRate * options.weightDecay));
  const double done = static_cast<double>(steps_);
  const auto rest = static_cast<float>(1 - std::min(options.emaDecay, (1 + done) / (10 + done)));
  for (std::size_t i = 0; i < means_.size(); ++i) means_[i] += rest * (weights_[i] - means_[i]);
}

std::vector<double> DiffusionTrainer::losses(const DiffusionBatch& batch, RandomStream noise, bool regress) {
  regress_ = regress;
  const int count = batch.count();
  batchTimes_.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) batchTimes_[static_cast<std::size_t>(i)] = (i + 0.5) / count;
  normals_.resize(static_cast<std::size_t>(count) * values_);
  fillNormals(noise, normals_);
  net_->use(means_.data());
  std::vector<double> each;
  for (int first = 0; first < count; first += kImageLanes) {
    loadBlock(batch, first, batchTimes_);
    net_->forward(codes_, false);
    blockError(batch, first, 0, &each);
  }
  return each;
}

State DiffusionTrainer::save() const {
  State state;
  state.put("weights", Array::vector<float>(weights_));
  state.put("means", Array::vector<float>(means_));
  state.put("moment1", Array::vector<float>(moment1_));
  state.put("moment2", Array::vector<float>(moment2_));
  state.putScalar<std::int64_t>("steps", steps_);
  state.putScalar<std::int64_t>("noise", static_cast<std::int64_t>(noise_.position()));
  state.putScalar<std::int64_t>("promptLength", net_->promptLength());
  return state;
}

void DiffusionTrainer::load(const State& state) {
  const auto prompt = state.scalar<std::int64_t>("promptLength");
  if (prompt != net_->promptLength())
    throw DataError("saved state", "\"promptLength\"",
                    "snapshot expects prompt length " + std::to_string(prompt) + ", lab has " +
                        std::to_string(net_->promptLength()));
  const std::pair<const char*, AlignedVector<float>*> parts[] = {
      {"weights", &weights_}, {"means", &means_}, {"moment1", &moment1_}, {"moment2", &moment2_}};
  for (const auto& [name, values] : parts) {
    const Array& saved = state.get(name);
    if (saved.dtype() != DType::Float32 || saved.size() != values->size())
      throw DataError("saved state", "\"" + std::string(name) + "\"",
                      "snapshot of another architecture: " + std::to_string(saved.size()) +
                          " numbers, this network has " + std::to_string(values->size()));
  }
  const auto steps = state.scalar<std::int64_t>("steps"), noise = state.scalar<std::int64_t>("noise");
  if (steps < 0 || noise < 0) throw DataError("saved state", "\"steps\"", "a count of at least 0");
  for (const auto& [name, values] : parts) {
    const auto saved = state.get(name).as<float>();
    std::copy(saved.begin(), saved.end(), values->begin());
  }
  steps_ = steps;
  noise_.setPosition(static_cast<std::uint64_t>(noise));
}

DdimSampler::DdimSampler(std::unique_ptr<Denoiser> net) : net_(std::move(net)), values_(valuesOf(*net_)) {
  for (auto* buffer : {&state_, &eps_, &nullEps_}) buffer->assign(values_ * kImageLanes, 0.0f);
  times_.assign(kImageLanes, 0.0f);
  prompts_.assign(static_cast<std::size_t>(net_->promptLength()) * kImageLanes, 0.0f);
}

void DdimSampler::codes(std::span<const float> prompt, PromptCodes& codes) {
  for (std::size_t p = 0; p < prompt.size(); ++p)
    std::fill_n(prompts_.begin() + static_cast<std::ptrdiff_t>(p * kImageLanes), kImageLanes, prompt[p]);
  net_->promptCodes(prompts_.data(), codes);
}

void DdimSampler::predict(const PromptCodes& codes, AlignedVector<float>& eps) {
  sum_.resize(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) sum_[i] = codes[i] + timeCodes_[i];
  net_->forward(sum_, false);
  const float* out = net_->output();
  eachValue(*net_, [&](long place, std::size_t k) {
    std::copy_n(out + place, kImageLanes, eps.begin() + static_cast<std::ptrdiff_t>(k * kImageLanes));
  });
}

void DdimSampler::sample(const PromptCodes& codes, const Guide& guide, const float* noise, float* samples) {
  if (guide.regress)
    regress(codes, guide);
  else
    denoise(codes, guide, noise);
  for (std::size_t k = 0; k < values_; ++k)
    for (std::size_t l = 0; l < kImageLanes; ++l) samples[l * values_ + k] = eps_[k * kImageLanes + l];
}

void DdimSampler::regress(const PromptCodes& codes, const Guide& guide) {
  std::fill(times_.begin(), times_.end(), 0.0f);
  net_->timeCodes(times_.data(), timeCodes_);
  float* in = net_->input();
  eachValue(*net_, [&](long place, std::size_t) { std::fill_n(in + place, kImageLanes, 0.0f); });
  predict(codes, eps_);
  for (float& x0 : eps_) x0 = std::clamp(x0, -guide.clamp, guide.clamp);
}

// Leaves the last x0 in eps_.
void DdimSampler::denoise(const PromptCodes& codes, const Guide& guide, const float* noise) {
  for (std::size_t k = 0; k < values_; ++k)
    for (std::size_t l = 0; l < kImageLanes; ++l) state_[k * kImageLanes + l] = noise[l * values_ + k];
  const bool guided = guide.null && guide.weight != 1;
  for (int j = 0; j < guide.steps; ++j) {
    const double t = 1 - static_cast<double>(j) / guide.steps, next = 1 - static_cast<double>(j + 1) / guide.steps;
    const NoiseLevel now = noiseLevel(t), then = noiseLevel(next);
    std::fill(times_.begin(), times_.end(), static_cast<float>(t));
    net_->timeCodes(times_.data(), timeCodes_);
    float* in = net_->input();
    eachValue(*net_, [&](long place, std::size_t k) {
      std::copy_n(state_.begin() + static_cast<std::ptrdiff_t>(k * kImageLanes), kImageLanes, in + place);
    });
    predict(codes, eps_);
    if (guided) predict(*guide.null, nullEps_);
    for (std::size_t i = 0; i < state_.size(); ++i) {
      const float eps = guided ? nullEps_[i] + guide.weight * (eps_[i] - nullEps_[i]) : eps_[i];
      const float x0 = std::clamp((state_[i] - now.sigma * eps) / now.alpha, -guide.clamp, guide.clamp);
      const float again = (state_[i] - now.alpha * x0) / now.sigma;
      eps_[i] = x0;
      state_[i] = then.alpha * x0 + then.sigma * again;
    }
  }
}

}  // namespace learnscope
