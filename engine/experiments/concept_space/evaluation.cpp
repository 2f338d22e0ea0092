// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/evaluation.h"

#include <algorithm>

namespace learnscope::concept_space {
namespace {

template <std::size_t N>
std::size_t bestOf(const std::vector<Drawing>& drawings, const std::array<double, N>& at, double low, double high) {
  std::size_t best = N;
  for (std::size_t i = 0; i < N; ++i)
    if (at[i] >= low && at[i] <= high && (best == N || drawings[i].joint > drawings[best].joint)) best = i;
  return best;
}

}  // namespace

bool regresses(const Config& config) { return config.has("objective") && config["objective"] == "image"; }

SamplingOptions samplingOf(const Config& config) {
  return {.images = static_cast<int>(config.integer("evaluation.images")),
          .steps = static_cast<int>(config.integer("evaluation.samplerSteps")),
          .guidance = config.real("guidance.weight"),
          .hasNull = config.real("guidance.nullProbability") > 0,
          .regress = regresses(config)};
}

Artist::Artist(const Setting& setting, ConceptProbe* probe, std::uint64_t seed)
    : setting_(setting),
      probe_(probe),
      noiseStart_(seed, "sampler.noise"),
      sampler_(setting.makeNet()),
      widths_(sampler_.net().codeWidths()) {}

void Artist::use(const float* weights, const SamplingOptions& options) {
  sampler_.use(weights);
  options_ = options;
  const auto padded = static_cast<std::size_t>((options.images + kImageLanes - 1) / kImageLanes * kImageLanes);
  if (noise_.size() != padded * setting_.values) {
    noise_.resize(padded * setting_.values);
    RandomStream random = noiseStart_;
    fillNormals(random, noise_);
  }
  const std::vector<float> null(static_cast<std::size_t>(setting_.promptLength), -1.0f);
  sampler_.codes(null, null_);
}

Drawing Artist::draw(std::span<const float> prompt, int number) {
  sampler_.codes(prompt, codes_);
  return drawCodes(codes_, number);
}

Drawing Artist::drawLatent(double strength, std::span<const bool> blocks, int concept_) {
  const Setting::LatentClasses classes = setting_.latentClasses(concept_);
  sampler_.codes(setting_.prompts[static_cast<std::size_t>(classes.with)], with_);
  sampler_.codes(setting_.prompts[static_cast<std::size_t>(classes.without)], without_);
  sampler_.codes(setting_.prompts[static_cast<std::size_t>(classes.base)], codes_);
  std::size_t i = 0;
  for (std::size_t block = 0; block < widths_.size(); ++block) {
    const std::size_t end = i + static_cast<std::size_t>(widths_[block]) * kImageLanes;
    const bool on = block >= blocks.size() || blocks[block];
    for (; i < end; ++i)
      if (on) codes_[i] += static_cast<float>(strength) * (with_[i] - without_[i]);
  }
  return drawCodes(codes_, setting_.focus);
}

Drawing Artist::drawCodes(const PromptCodes& codes, int number) {
  Drawing drawing;
  drawing.samples.resize(noise_.size());
  const DdimSampler::Guide guide{.steps = options_.steps,
                                 .clamp = setting_.clamp,
                                 .null = options_.hasNull ? &null_ : nullptr,
                                 .weight = static_cast<float>(options_.guidance),
                                 .regress = options_.regress};
  const std::size_t block = kImageLanes * setting_.values;
  for (std::size_t first = 0; first < noise_.size(); first += block)
    sampler_.sample(codes, guide, noise_.data() + first, drawing.samples.data() + first);
  const auto images = static_cast<std::size_t>(options_.images), d = static_cast<std::size_t>(setting_.concepts);
  drawing.samples.resize(images * setting_.values);
  if (probe_) {
    std::vector<const float*> each;
    for (std::size_t i = 0; i < images; ++i) each.push_back(drawing.samples.data() + i * setting_.values);
    drawing.probabilities = probe_->probabilities(each);
  } else {
    for (std::size_t i = 0; i < images * d; ++i)
      drawing.probabilities.push_back(std::clamp((drawing.samples[i] / setting_.means[i % d] + 1) / 2, 0.0, 1.0));
  }
  drawing.coordinate.assign(d, 0.0);
  for (std::size_t i = 0; i < images; ++i) {
    double product = 1;
    for (std::size_t j = 0; j < d; ++j) {
      const double q = drawing.probabilities[i * d + j];
      drawing.coordinate[j] += q / static_cast<double>(images);
      product *= setting_.digit(number, static_cast<int>(j)) ? q : 1 - q;
    }
    drawing.joint += product / static_cast<double>(images);
  }
  drawing.jointOfMeans = 1;
  for (std::size_t j = 0; j < d; ++j)
    drawing.jointOfMeans *=
        setting_.digit(number, static_cast<int>(j)) ? drawing.coordinate[j] : 1 - drawing.coordinate[j];
  return drawing;
}

Evaluation evaluate(Artist& artist, const Setting& setting, const std::vector<bool>& training) {
  Evaluation found;
  int taught = 0;
  for (int k = 0; k < setting.classes(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    found.classes.push_back(artist.draw(setting.prompts[at], k));
    // The focus class stays out of the training measures even when the user has shown examples of it.
    if (!training[at] || setting.isHeldOut(k)) continue;
    const Drawing& drawing = found.classes.back();
    found.train += drawing.joint;
    found.trainOfMeans += drawing.jointOfMeans;
    for (int j = 0; j < setting.concepts; ++j) {
      const double away = drawing.coordinate[static_cast<std::size_t>(j)] - setting.digit(k, j);
      found.trainDistance2 += away * away / setting.concepts;
    }
    ++taught;
  }
  for (double* sum : {&found.train, &found.trainOfMeans, &found.trainDistance2}) *sum /= std::max(1, taught);
  found.naive = found.classes[static_cast<std::size_t>(setting.focus)].joint;
  for (const double k : kStrengths) found.louder.push_back(artist.draw(setting.overprompt(k), setting.focus));
  for (const double a : kLatentSteps) found.shifted.push_back(artist.drawLatent(a));
  found.bestLouder = bestOf(found.louder, kStrengths, 1.25, 2);
  found.bestShifted = bestOf(found.shifted, kLatentSteps, 0.7, 1.4);
  found.overprompt = found.louder[found.bestLouder].joint;
  found.latent = found.shifted[found.bestShifted].joint;
  return found;
}

}  // namespace learnscope::concept_space
