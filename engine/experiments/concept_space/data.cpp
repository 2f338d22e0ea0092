// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/data.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/data/labelled_images.h"

namespace learnscope::concept_space {
namespace {

constexpr int kProbeImages = 512, kProbeTests = 256;
constexpr double kProbePosition = 0.5, kLeastAccuracy = 0.95, kVectorSpread = 0.03;

void toNetScale(float* image, std::size_t values) {
  for (std::size_t i = 0; i < values; ++i) image[i] = 2 * image[i] - 1;
}

ClassData drawDiscs(const Config& config, const Setting& setting, int number, std::uint64_t seed) {
  const ConceptWorld world(worldOptions(config));
  RandomStream random(seed, "data." + std::to_string(number));
  ClassData data;
  data.count = static_cast<int>(config.integer("data.perClass"));
  const auto count = static_cast<std::size_t>(data.count), length = static_cast<std::size_t>(setting.promptLength);
  data.samples.resize(count * setting.values);
  data.prompts.resize(count * length);
  for (std::size_t i = 0; i < count; ++i) {
    const Disc disc = world.draw(number, random);
    float* image = data.samples.data() + i * setting.values;
    world.render(disc, random, image);
    toNetScale(image, setting.values);
    world.prompt(disc, data.prompts.data() + i * length);
  }
  return data;
}

// x = the concept vector: class means at +-mu, covariance 0.03 I; the prompt is the class mean.
ClassData drawVectors(const Config& config, const Setting& setting, int number, std::uint64_t seed) {
  RandomStream random(seed, "data." + std::to_string(number));
  ClassData data;
  data.count = static_cast<int>(config.integer("data.perClass"));
  const std::vector<float>& mean = setting.prompts[static_cast<std::size_t>(number)];
  for (int i = 0; i < data.count; ++i)
    for (const float m : mean) {
      data.samples.push_back(m + static_cast<float>(std::sqrt(kVectorSpread) * random.normal()));
      data.prompts.push_back(m);
    }
  return data;
}

std::vector<ClassData> loadFolder(const Config& config, const Setting& setting, const Progress& progress) {
  const LabelledImages images = LabelledImages::load(config.text("folder"), progress);
  std::vector<ClassData> data(static_cast<std::size_t>(setting.classes()));
  for (std::size_t i = 0; i < images.numbers.size(); ++i) {
    const auto number = static_cast<std::size_t>(images.numbers[i]);
    ClassData& to = data[number];
    const auto first = images.pixels.begin() + static_cast<std::ptrdiff_t>(i * setting.values);
    to.samples.insert(to.samples.end(), first, first + static_cast<std::ptrdiff_t>(setting.values));
    to.prompts.insert(to.prompts.end(), setting.prompts[number].begin(), setting.prompts[number].end());
    ++to.count;
  }
  for (ClassData& one : data) toNetScale(one.samples.data(), one.samples.size());
  return data;
}

void addLabels(const Setting& setting, int number, const float* image, ProbeImages& to) {
  to.images.push_back(image);
  for (int j = 0; j < setting.concepts; ++j) to.concepts.push_back(static_cast<std::uint8_t>(setting.digit(number, j)));
}

}  // namespace

ConceptWorldOptions worldOptions(const Config& config) {
  ConceptWorldOptions options;
  options.concepts = config.text("world.kind") == "discs3" ? 3 : 2;
  options.colour = config.real("world.dc");
  options.size = config.real("world.ds");
  options.ground = config.real("world.db");
  options.position = config.real("world.pos");
  options.fixedSpread = config.flag("world.fixedSpread");
  options.side = static_cast<int>(std::stol(config.text("image.size")));
  return options;
}

std::vector<ClassData> drawData(const Config& config, const Setting& setting, std::uint64_t seed,
                                const Progress& progress) {
  if (setting.kind == WorldKind::Folder) return loadFolder(config, setting, progress);
  std::vector<ClassData> data;
  for (int k = 0; k < setting.classes(); ++k) {
    progress.report(static_cast<double>(k) / setting.classes(), LS_TR("drawing the training samples"));
    data.push_back(setting.kind == WorldKind::Vectors ? drawVectors(config, setting, k, seed)
                                                      : drawDiscs(config, setting, k, seed));
  }
  return data;
}

TrainedProbe trainProbe(const Config& config, const Setting& setting, const std::vector<ClassData>& data,
                        std::uint64_t seed, const Progress& progress) {
  TrainedProbe trained{ConceptProbe(setting.side, setting.concepts), {}};
  ProbeImages learning, tests;
  std::vector<float> pictures;
  if (setting.kind == WorldKind::Folder) {
    for (int k = 0; k < setting.classes(); ++k)
      for (int i = 0; i < data[static_cast<std::size_t>(k)].count; ++i)
        addLabels(setting, k,
                  data[static_cast<std::size_t>(k)].samples.data() + static_cast<std::size_t>(i) * setting.values,
                  i % 5 == 4 ? tests : learning);
  } else {
    ConceptWorldOptions options = worldOptions(config);
    options.position = kProbePosition;
    const ConceptWorld world(options);
    RandomStream random(seed, "probe.data");
    constexpr int each = kProbeImages + kProbeTests;
    pictures.resize(static_cast<std::size_t>(setting.classes() * each) * setting.values);
    for (int k = 0; k < setting.classes(); ++k) {
      progress.report(0, LS_TR("drawing the probe's pictures"));
      for (int i = 0; i < each; ++i) {
        float* image = pictures.data() + static_cast<std::size_t>(k * each + i) * setting.values;
        world.render(world.draw(k, random), random, image);
        toNetScale(image, setting.values);
        addLabels(setting, k, image, i < kProbeImages ? learning : tests);
      }
    }
  }
  trained.probe.train(learning, {}, seed, progress);
  trained.accuracy = trained.probe.accuracy(tests);
  for (int i = 0; i < setting.concepts; ++i) {
    const double accuracy = trained.accuracy[static_cast<std::size_t>(i)];
    if (accuracy >= kLeastAccuracy) continue;
    char text[16];
    std::snprintf(text, sizeof text, "%.3f", accuracy);
    const char* keys[] = {"/world.dc", "/world.ds", "/world.db"};
    throw ConfigError(setting.kind == WorldKind::Folder ? "/folder" : keys[i], "",
                      "the probe reads '" + setting.conceptNames[static_cast<std::size_t>(i)] + "' with accuracy " +
                          text +
                          ", at least 0.95 is needed: its mistakes would pass for learning; make the two values "
                          "easier to tell apart");
  }
  return trained;
}

}  // namespace learnscope::concept_space
