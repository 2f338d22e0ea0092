// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/learner.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/errors.h"
#include "engine/models/one_cycle.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope::partmotion {
namespace {

constexpr float kBeta1 = 0.9F, kBeta2 = 0.95F;
constexpr double kNoiseShare = 0.5;  // of the objects whose drags are shaken

ImageLossOptions pictureOptions(const Config& config) {
  ImageLossOptions options;
  options.size = static_cast<int>(config.integer("render.size"));
  options.alpha = config.real("lambdaAlpha");
  options.gradient = config.real("lambdaGradient");
  return options;
}

double distance(const float* a, const float* b) {
  return std::hypot(static_cast<double>(a[0] - b[0]), static_cast<double>(a[1] - b[1]),
                    static_cast<double>(a[2] - b[2]));
}

}  // namespace

Learner::Learner(const Config& config, std::uint64_t seed)
    : name_(modelName(config)),
      world_(worldOf(config, seed)),
      model_(makeModel(config)),
      teacher_(isPretrained(config) ? makeModel(config) : nullptr),
      schedule_(config),
      batches_(seed, "motion.batches") {
  const auto count = static_cast<std::size_t>(model_->parameters().count());
  for (auto* values : {&weights_, &moment1_, &moment2_, &gradient_}) values->assign(count, 0.0F);
  RandomStream start(seed, "motion.start");
  model_->draw(start, weights_.data());
  targets_.resize(static_cast<std::size_t>(model_->objects()));
}

// The same numbers are drawn in every stage, so that arms see the same objects.
std::vector<Learner::Item> Learner::drawBatch(const Config& config, Stage stage, RandomStream& random) const {
  std::vector<Item> batch(static_cast<std::size_t>(config.integer("batch")));
  const double rehearsal = config.real("rehearsal");
  const double noise = config.real("drags.noise") / 100 * imageWidth();
  for (Item& item : batch) {
    item.still = random.uniform() < rehearsal || stage == Stage::Pretraining;
    const double place = random.uniform();
    if (item.still)
      item.gaussians = stillObject(world_, static_cast<int>(place * kStillObjects));
    else
      item.pair = trainPair(world_, static_cast<int>(place * kTrainPairs), dragsOf(config));
    if (random.uniform() < kNoiseShare && noise > 0) shakeDrags(item.pair.drags, noise, random);
    const std::vector<std::int64_t> order = random.shuffled(kViews);
    for (int k = 0; k < static_cast<int>(config.integer("render.views")); ++k)
      item.views.push_back(static_cast<int>(order[static_cast<std::size_t>(k)]));
  }
  return batch;
}

// Codes that the motion loss compares with: the teacher's of the moved objects, or the objects' own. False where there
// are none: a network whose Gaussians are no material points has targets only from its teacher, which is asked only
// where it is needed.
bool Learner::findTargets(const Config& config, std::span<const Item> group, bool wanted) {
  const bool taught = !taught_.empty() && (!model_->material() || config.text("teacher") == "network");
  if (!taught && !model_->material()) return false;
  if (taught && !wanted) return false;
  if (taught) {
    std::vector<ModelInput> moved;
    for (const Item& item : group) moved.push_back({item.to(), {}});
    teacher_->forward(taught_.data(), moved, {});
  }
  for (std::size_t i = 0; i < group.size(); ++i) {
    const std::vector<float>& truth = group[i].to();
    if (taught && !(group[i].still && model_->material())) {
      const std::span<const float> codes = teacher_->codes(static_cast<int>(i));
      targets_[i].assign(codes.begin(), codes.end());
    } else {
      targets_[i].resize(truth.size());
      encodeGaussians(truth.data(), world_.points, targets_[i].data());
    }
  }
  return true;
}

void Learner::accumulateGroup(const Config& config, std::span<Item> group, double share, const std::vector<bool>& felt,
                              Weights weights, float* gradient, StepReport& report) {
  std::vector<ModelInput> inputs;
  for (Item& item : group) {
    if (item.still) item.pair.drags.clear();
    inputs.push_back({item.from(), item.pair.drags});
  }
  const bool targets = findTargets(config, group, weights.motion > 0);
  if (!targets) report.motion = std::numeric_limits<double>::quiet_NaN();
  model_->forward(weights_.data(), inputs, felt);
  ImageLossOptions options = pictureOptions(config);
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Item& item = group[i];
    const int object = static_cast<int>(i);
    const std::span<const float> prediction = model_->gaussians(object);
    if (targets) report.motion += share * model_->motionLoss(object, targets_[i], share * weights.motion);
    if (weights.images > 0) {
      options.views = item.views;
      byGaussians_.assign(prediction.size(), 0.0F);
      const ImageLosses found =
          imageLoss_.compare(prediction, item.to(), options, share * weights.images, byGaussians_.data());
      report.images.colour += share * found.colour;
      report.images.alpha += share * found.alpha;
      report.images.gradient += share * found.gradient;
      model_->addGradient(object, byGaussians_);
    }
    if (item.still || !model_->material()) continue;
    for (std::size_t k = 0; k < item.pair.sample.part.size(); ++k) {
      if (!item.pair.moves(k)) continue;
      report.moved += distance(&item.pair.from[k * kCodeValues], &item.pair.to[k * kCodeValues]);
      report.missed += distance(&prediction[k * kCodeValues], &item.pair.to[k * kCodeValues]);
    }
  }
  model_->backward(gradient);
}

StepReport Learner::accumulate(const Config& config, std::vector<Item>& batch, Stage stage, Weights weights,
                               float* gradient) {
  StepReport report;
  const std::vector<bool> felt = stage == Stage::Pretraining ? std::vector<bool>{} : feltScales(config);
  const auto most = static_cast<std::size_t>(model_->objects());
  for (std::size_t first = 0; first < batch.size(); first += most)
    accumulateGroup(config, std::span(batch).subspan(first, std::min(most, batch.size() - first)),
                    1 / static_cast<double>(batch.size()), felt, weights, gradient, report);
  report.loss = (weights.motion > 0 ? weights.motion * report.motion : 0) +
                weights.images * report.images.total(pictureOptions(config));
  return report;
}

const StepReport& Learner::step(const Config& config) {
  const std::uint64_t before = batches_.position();
  schedule_.setConfig(config);
  const Schedule::Span span = schedule_.at(steps_);
  std::vector<Item> batch = drawBatch(config, span.stage, batches_);
  Weights weights{1, 0};
  // What writes points anew is pretrained on their codes; without material points there are only pictures.
  if (span.stage == Stage::Appearance || (span.stage == Stage::Pretraining && !model_->material())) weights = {0, 1};
  if (span.stage == Stage::Joint) weights = {1, config.real("joint.beta")};
  std::fill(gradient_.begin(), gradient_.end(), 0.0F);
  StepReport report = accumulate(config, batch, span.stage, weights, gradient_.data());
  double squares = 0;
  for (const float g : gradient_) squares += static_cast<double>(g) * static_cast<double>(g);
  if (!std::isfinite(report.loss) || !std::isfinite(squares)) {
    batches_.setPosition(before);
    throw NumericError(steps_, std::isfinite(report.loss) ? "a gradient is not finite" : "the loss is not finite");
  }
  if (steps_ == span.begin) {
    optimizerSteps_ = 0;
    for (auto* moments : {&moment1_, &moment2_}) std::fill(moments->begin(), moments->end(), 0.0F);
  }
  const char* rate = span.stage == Stage::Pretraining  ? "pretraining.rate"
                     : span.stage == Stage::Appearance ? "appearanceRate"
                                                       : "learningRate";
  report.stage = span.stage;
  report.rate = oneCycleRate(config.real(rate), steps_ - span.begin, span.end - span.begin);
  update(config, report.rate, std::sqrt(squares));
  report_ = report;
  ++steps_;
  if (steps_ == schedule_.pretraining()) taught_ = weights_;
  return report_;
}

std::vector<bool> Learner::frozen(const Config& config) const {
  std::vector<bool> still(weights_.size(), false);
  const auto chosen = [&](const char* part) {
    return std::find(config["freeze"].begin(), config["freeze"].end(), Json(part)) != config["freeze"].end();
  };
  for (const LaneParameter& p : model_->parameters().all()) {
    const bool head = p.name == "out.weight" || p.name == "out.bias", gate = p.name.starts_with("gate.");
    const bool backbone = !head && !gate && !p.name.starts_with("twist");
    int first = 0;
    bool stays = (backbone && chosen("backbone")) || (gate && chosen("gate"));
    if (head && chosen("colour")) {
      first = p.count / kCodeValues * (kCodeValues - 3);  // the last three rows write the colour
      stays = true;
    }
    for (int i = first; stays && i < p.count; ++i)
      still[static_cast<std::size_t>(p.offset) + static_cast<std::size_t>(i)] = true;
  }
  return still;
}

void Learner::update(const Config& config, double rate, double norm) {
  const auto scale = static_cast<float>(std::min(1.0, config.real("clip") / (norm + 1e-6)));
  if (scale < 1)
    for (float& g : gradient_) g *= scale;
  ++optimizerSteps_;
  const auto k = static_cast<double>(optimizerSteps_);
  const double first = rate / (1 - std::pow(static_cast<double>(kBeta1), k));
  const double root = 1 / std::sqrt(1 - std::pow(static_cast<double>(kBeta2), k));
  const bool freezes = !config["freeze"].empty();
  const AlignedVector<float> before = freezes ? weights_ : AlignedVector<float>();
  twoLayerKernels<float>().adam(weights_.data(), moment1_.data(), moment2_.data(), gradient_.data(),
                                static_cast<long>(weights_.size()), static_cast<float>(first), static_cast<float>(root),
                                kBeta1, kBeta2, 0.0F, static_cast<float>(1 - rate * config.real("weightDecay")));
  if (!freezes) return;
  const std::vector<bool> still = frozen(config);
  for (std::size_t i = 0; i < still.size(); ++i)
    if (still[i]) weights_[i] = before[i];
}

double Learner::gradientConflict(const Config& config) {
  if (!model_->material() && taught_.empty()) return 0;
  RandomStream random(world_.seed, "motion.conflict");
  std::vector<Item> batch = drawBatch(config, Stage::Joint, random);
  AlignedVector<float> motion(weights_.size(), 0.0F), images(weights_.size(), 0.0F);
  accumulate(config, batch, Stage::Joint, {1, 0}, motion.data());
  accumulate(config, batch, Stage::Joint, {0, 1}, images.data());
  double dot = 0, a = 0, b = 0;
  for (std::size_t i = 0; i < motion.size(); ++i) {
    dot += static_cast<double>(motion[i]) * static_cast<double>(images[i]);
    a += static_cast<double>(motion[i]) * static_cast<double>(motion[i]);
    b += static_cast<double>(images[i]) * static_cast<double>(images[i]);
  }
  return a > 0 && b > 0 ? dot / std::sqrt(a * b) : 0;
}

State Learner::save() const {
  State state;
  state.put("weights", Array::vector<float>(weights_));
  state.put("moment1", Array::vector<float>(moment1_));
  state.put("moment2", Array::vector<float>(moment2_));
  if (!taught_.empty()) state.put("taught", Array::vector<float>(taught_));
  const std::vector<std::int64_t> counters{steps_, optimizerSteps_, static_cast<std::int64_t>(batches_.position()),
                                           schedule_.switched(), static_cast<std::int64_t>(report_.stage)};
  state.put("counters", Array::vector<std::int64_t>(counters));
  const std::vector<double> report{report_.rate,          report_.loss,         report_.motion,
                                   report_.images.colour, report_.images.alpha, report_.images.gradient,
                                   report_.moved,         report_.missed};
  state.put("report", Array::vector<double>(report));
  const std::vector<std::uint8_t> name(name_.begin(), name_.end());
  state.put("network", Array::vector<std::uint8_t>(name));
  return state;
}

void Learner::load(const State& state) {
  const auto saved = state.get("network").as<std::uint8_t>();
  const std::string network(saved.begin(), saved.end());
  if (network != name_) throw DataError("saved state", "\"network\"", "checkpoint is " + network + ", run is " + name_);
  const std::pair<const char*, AlignedVector<float>*> parts[] = {
      {"weights", &weights_}, {"moment1", &moment1_}, {"moment2", &moment2_}};
  for (const auto& [name, values] : parts)
    if (state.get(name).as<float>().size() != values->size())
      throw DataError("saved state", "\"" + std::string(name) + "\"",
                      "another network: " + std::to_string(state.get(name).size()) + " numbers, this one has " +
                          std::to_string(values->size()));
  const auto counters = state.get("counters").as<std::int64_t>();
  const auto report = state.get("report").as<double>();
  const bool taught = state.has("taught");
  if (counters.size() != 5 || report.size() != 8 || counters[0] < 0 || counters[1] < 0 || counters[2] < 0 ||
      counters[4] < 0 || counters[4] > static_cast<std::int64_t>(Stage::Joint) ||
      (taught && state.get("taught").as<float>().size() != weights_.size()))
    throw DataError("saved state", "\"counters\"", "written by another version of this lab");
  for (const auto& [name, values] : parts) {
    const auto from = state.get(name).as<float>();
    std::copy(from.begin(), from.end(), values->begin());
  }
  taught_.clear();
  if (taught) {
    const auto from = state.get("taught").as<float>();
    taught_.assign(from.begin(), from.end());
  }
  steps_ = counters[0];
  optimizerSteps_ = counters[1];
  batches_.setPosition(static_cast<std::uint64_t>(counters[2]));
  schedule_.setSwitched(counters[3]);
  report_.stage = static_cast<Stage>(counters[4]);
  report_.rate = report[0];
  report_.loss = report[1];
  report_.motion = report[2];
  report_.images = {report[3], report[4], report[5]};
  report_.moved = report[6];
  report_.missed = report[7];
}

}  // namespace learnscope::partmotion
