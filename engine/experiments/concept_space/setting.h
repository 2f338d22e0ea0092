// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/config.h"
#include "engine/models/denoiser.h"

namespace learnscope::concept_space {

enum class WorldKind { Discs2, Discs3, Vectors, Folder, SwingBy };
WorldKind kindOf(const Config& config);
/// True for the worlds whose samples are pictures that a probe reads.
inline bool hasPictures(WorldKind kind) { return kind != WorldKind::Vectors && kind != WorldKind::SwingBy; }

/// What a world is, without its training data: concepts, classes, prompts and the network that draws them. A class is a
/// bit string of concept values; its number reads the string as binary.
struct Setting {
  WorldKind kind = WorldKind::Discs2;
  int concepts = 2;
  int side = 16;           ///< of pictures; 0 for vectors
  std::size_t values = 0;  ///< of one sample
  int promptLength = 4;
  float clamp = 1.5f;        ///< of |x0| when sampling
  bool clipsPrompts = true;  ///< overprompts are clipped to [0, 1]
  std::vector<std::string> conceptNames;
  std::vector<std::vector<int>> entries;    ///< of the prompt that say each concept
  std::vector<std::vector<float>> prompts;  ///< of each class, its mean
  std::vector<std::string> classNames;      ///< "blue small"
  std::vector<int> heldOut;                 ///< class numbers, ascending
  int focus = 3;  ///< the held-out class that the point, the overprompt and the latent step are about
  int quiet = 0;  ///< its concept with the weakest signal: what is said louder
  std::vector<double> signalStrengths;  ///< of each concept at the focus class
  std::vector<double> means;            ///< mu of each axis (vectors, swing-by)

  int classes() const { return 1 << concepts; }
  int digit(int number, int concept_) const { return (number >> (concepts - 1 - concept_)) & 1; }
  std::string digits(int number) const;
  bool isHeldOut(int number) const;
  /// The focus class's prompt with one concept (the quiet one unless said) `strength` times as far from the middle of
  /// its two values.
  std::vector<float> overprompt(double strength, int concept_ = -1) const;
  /// Classes whose prompts make the latent step along a concept (the quiet one unless said): base (focus without it),
  /// only it, none.
  struct LatentClasses {
    int base = 0, with = 0, without = 0;
  };
  LatentClasses latentClasses(int concept_ = -1) const;
  std::unique_ptr<Denoiser> makeNet() const;
  int hidden = 256;  ///< of the vector world's network
};

/// Throws ConfigError, DataError, IoError.
Setting settingOf(const Config& config);
/// Numbers of the classes that a text such as "01, 11" names; throws ConfigError at `pointer`.
std::vector<int> classesFrom(const std::string& text, int concepts, const std::string& pointer);
/// What is wrong with the classes held out: none, all, or a concept value left without a training class.
void checkHeldOut(const Setting& setting, std::vector<Problem>& problems);

}  // namespace learnscope::concept_space
