// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/setting.h"

#include <algorithm>

#include "engine/data/concept_world.h"
#include "engine/data/labelled_images.h"
#include "engine/experiments/concept_space/data.h"
#include "engine/models/conditional_mlp.h"
#include "engine/models/conditional_unet.h"

namespace learnscope::concept_space {
namespace {

void describeDiscs(const Config& config, Setting& setting) {
  const ConceptWorld world(worldOptions(config));
  setting.concepts = world.options().concepts;
  setting.side = world.options().side;
  setting.values = static_cast<std::size_t>(3 * setting.side * setting.side);
  setting.promptLength = world.promptLength();
  for (int i = 0; i < setting.concepts; ++i) {
    setting.conceptNames.push_back(world.conceptName(i));
    setting.entries.push_back(world.promptEntries(i));
  }
  for (int k = 0; k < setting.classes(); ++k) {
    std::string name;
    for (int i = 0; i < setting.concepts; ++i)
      name.append(i ? " " : "").append(world.valueName(i, setting.digit(k, i)));
    setting.classNames.push_back(name);
    setting.prompts.emplace_back(static_cast<std::size_t>(setting.promptLength));
    world.prompt(world.mean(k), setting.prompts.back().data());
  }
}

void measureSignals(const Config& config, Setting& setting) {
  if (setting.kind == WorldKind::Discs2 || setting.kind == WorldKind::Discs3) {
    const ConceptWorld world(worldOptions(config));
    for (int i = 0; i < setting.concepts; ++i) {
      RandomStream random(0, "concept.signal");
      setting.signalStrengths.push_back(world.signal(setting.focus, i, 32, random));
    }
  } else if (setting.kind == WorldKind::Vectors || setting.kind == WorldKind::SwingBy) {
    for (const double mu : setting.means) setting.signalStrengths.push_back(2 * mu);
  } else {
    setting.signalStrengths.assign(static_cast<std::size_t>(setting.concepts), 1.0);
  }
}

void describeVectors(const Config& config, Setting& setting) {
  for (const Json& mu : config["vector.means"]) setting.means.push_back(mu.get<double>());
  setting.concepts = static_cast<int>(setting.means.size());
  setting.side = 0;
  setting.values = setting.means.size();
  setting.promptLength = setting.concepts;
  setting.clipsPrompts = false;
  setting.hidden = static_cast<int>(config.integer("vector.hidden"));
  double largest = 0;
  for (int i = 0; i < setting.concepts; ++i) {
    largest = std::max(largest, setting.means[static_cast<std::size_t>(i)]);
    setting.conceptNames.push_back("axis " + std::to_string(i + 1));
    setting.entries.push_back({i});
  }
  setting.clamp = static_cast<float>(largest + 1);
  for (int k = 0; k < setting.classes(); ++k) {
    std::string name;
    setting.prompts.emplace_back();
    for (int i = 0; i < setting.concepts; ++i) {
      name += setting.digit(k, i) ? "+" : "\u2212";
      setting.prompts.back().push_back(
          static_cast<float>((setting.digit(k, i) ? 1 : -1) * setting.means[static_cast<std::size_t>(i)]));
    }
    setting.classNames.push_back(name);
  }
}

// The prompt is the joined one-hot pairs, as for the paper's CelebA runs.
void describeFolder(const Config& config, Setting& setting) {
  const LabelledImages images = LabelledImages::index(config.text("folder"));
  setting.concepts = static_cast<int>(images.concepts.size());
  setting.side = images.side;
  setting.values = static_cast<std::size_t>(3 * setting.side * setting.side);
  setting.promptLength = 2 * setting.concepts;
  setting.clipsPrompts = false;
  setting.conceptNames = images.concepts;
  for (int i = 0; i < setting.concepts; ++i) setting.entries.push_back({2 * i, 2 * i + 1});
  for (int k = 0; k < setting.classes(); ++k) {
    std::string name;
    setting.prompts.emplace_back(static_cast<std::size_t>(setting.promptLength), 0.0f);
    for (int i = 0; i < setting.concepts; ++i) {
      setting.prompts.back()[static_cast<std::size_t>(2 * i + setting.digit(k, i))] = 1;
      name += (i ? ", " : "") + images.concepts[static_cast<std::size_t>(i)] + (setting.digit(k, i) ? " 1" : " 0");
    }
    setting.classNames.push_back(name);
  }
}

}  // namespace

WorldKind kindOf(const Config& config) {
  const std::string kind = config.text("world.kind");
  if (kind == "discs3") return WorldKind::Discs3;
  if (kind == "vectors") return WorldKind::Vectors;
  if (kind == "folder") return WorldKind::Folder;
  return kind == "swing-by" ? WorldKind::SwingBy : WorldKind::Discs2;
}

std::string Setting::digits(int number) const {
  std::string text;
  for (int i = 0; i < concepts; ++i) text += digit(number, i) ? '1' : '0';
  return text;
}

bool Setting::isHeldOut(int number) const { return std::find(heldOut.begin(), heldOut.end(), number) != heldOut.end(); }

std::vector<float> Setting::overprompt(double strength, int concept_) const {
  const int louder = concept_ < 0 ? quiet : concept_;
  std::vector<float> prompt = prompts[static_cast<std::size_t>(focus)];
  const std::vector<float>& other = prompts[static_cast<std::size_t>(focus ^ (1 << (concepts - 1 - louder)))];
  for (const int entry : entries[static_cast<std::size_t>(louder)]) {
    const auto e = static_cast<std::size_t>(entry);
    const double middle = 0.5 * (prompt[e] + other[e]);
    prompt[e] = static_cast<float>(middle + strength * (prompt[e] - middle));
    if (clipsPrompts) prompt[e] = std::clamp(prompt[e], 0.0f, 1.0f);
  }
  return prompt;
}

Setting::LatentClasses Setting::latentClasses(int concept_) const {
  const int bit = 1 << (concepts - 1 - (concept_ < 0 ? quiet : concept_));
  return {focus & ~bit, bit, 0};
}

std::unique_ptr<Denoiser> Setting::makeNet() const {
  if (kind == WorldKind::Vectors) return std::make_unique<ConditionalMlp>(concepts, hidden, promptLength);
  return std::make_unique<ConditionalUNet>(UNetShape{side, promptLength});
}

std::vector<int> classesFrom(const std::string& text, int concepts, const std::string& pointer) {
  std::vector<int> found;
  std::string word;
  const auto take = [&] {
    if (word.empty()) return;
    if (static_cast<int>(word.size()) != concepts)
      throw ConfigError(pointer, word,
                        "class '" + word + "' has " + std::to_string(word.size()) + " digits, world has " +
                            std::to_string(concepts) + " concepts");
    int number = 0;
    for (const char c : word) {
      if (c != '0' && c != '1') throw ConfigError(pointer, word, "class '" + word + "' needs digits 0 and 1");
      number = 2 * number + (c - '0');
    }
    if (std::find(found.begin(), found.end(), number) != found.end())
      throw ConfigError(pointer, word, "class '" + word + "' is named twice");
    found.push_back(number);
    word.clear();
  };
  for (const char c : text) {
    if (c == ',' || c == ' ')
      take();
    else if (word.size() < 16)
      word += c;
  }
  take();
  std::sort(found.begin(), found.end());
  return found;
}

void checkHeldOut(const Setting& setting, std::vector<Problem>& problems) {
  if (setting.heldOut.empty())
    problems.push_back({"/heldOut", "none", "at least one class must be held out: there is nothing to compose"});
  for (int i = 0; i < setting.concepts; ++i)
    for (const int value : {0, 1}) {
      bool taught = false;
      for (int k = 0; k < setting.classes(); ++k) taught |= setting.digit(k, i) == value && !setting.isHeldOut(k);
      if (!taught)
        problems.push_back({"/heldOut", setting.classes() > 4 ? "" : setting.digits(setting.heldOut.front()),
                            "concept '" + setting.conceptNames[static_cast<std::size_t>(i)] + "' value " +
                                std::to_string(value) + " has no training class; nothing could teach it"});
    }
}

Setting settingOf(const Config& config) {
  Setting setting;
  setting.kind = kindOf(config);
  if (setting.kind == WorldKind::Vectors || setting.kind == WorldKind::SwingBy)
    describeVectors(config, setting);
  else if (setting.kind == WorldKind::Folder)
    describeFolder(config, setting);
  else
    describeDiscs(config, setting);
  setting.heldOut = classesFrom(config.text("heldOut"), setting.concepts, "/heldOut");
  setting.focus = setting.heldOut.empty() ? setting.classes() - 1 : setting.heldOut.back();
  measureSignals(config, setting);
  double weakest = -1;
  for (int i = 0; i < setting.concepts; ++i) {
    const double signal = setting.signalStrengths[static_cast<std::size_t>(i)];
    if (setting.digit(setting.focus, i) == 0 || (weakest >= 0 && signal >= weakest)) continue;
    weakest = signal;
    setting.quiet = i;
  }
  return setting;
}

}  // namespace learnscope::concept_space
