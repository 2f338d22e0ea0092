// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/core/random_stream.h"

namespace learnscope {

/// Separations and spreads of coloured discs on a bright ground (Park et al. 2024, arXiv 2406.19370).
struct ConceptWorldOptions {
  int concepts = 2;          ///< 2: colour, size; 3: also background
  double colour = 0.3;       ///< dc: distance of the class means in red and in blue
  double size = 0.4;         ///< ds: distance of the mean radii
  double ground = 0.3;       ///< db: distance of the mean greys of the background, with three concepts
  double position = 0.1;     ///< centres are U(-position, position)^2
  bool fixedSpread = false;  ///< spread 0.05 of colours and 0.04 of radii whatever the separation
  int side = 16;             ///< pixels
};

/// What one disc looks like. The image's half width is 1.
struct Disc {
  std::array<float, 3> colour{};
  float radius = 0;
  float x = 0, y = 0;
  std::array<float, 3> ground{};
};

/// The generating process G from concepts to images. A class is a bit string with colour (1 = blue) first, then size
/// (1 = small), then background (1 = dark); its number reads the string as binary.
class ConceptWorld {
 public:
  explicit ConceptWorld(const ConceptWorldOptions& options) : options_(options) {}
  const ConceptWorldOptions& options() const { return options_; }
  int classes() const { return 1 << options_.concepts; }
  /// 0 or 1.
  static int digit(int number, int concept_, int concepts) { return (number >> (concepts - 1 - concept_)) & 1; }

  /// Colours .5 +- dc/2 clipped to [0, 1], radius .45 +- ds/2, grey .5 +- db/2; centre 0, ground .9 with two concepts.
  Disc mean(int number) const;
  /// Spreads: dc/8 a channel, 3 ds/8 (radius at least 0.1), db/8, or U(.8, 1)^3 for the ground of two concepts.
  Disc draw(int number, RandomStream& random) const;
  /// Soft disc sigmoid((radius - r) / (w/2)), w = 2/(side - 1), on the grid linspace(-1, 1, side); channels first
  /// [3][side][side], values 0..1.
  void render(const Disc& disc, float* image) const;
  /// render, plus pixel noise of sd 0.001, clipped to [0, 1].
  void render(const Disc& disc, RandomStream& noise, float* image) const;

  /// Red, green, blue, radius, and with three concepts the ground's red, green, blue.
  int promptLength() const { return options_.concepts == 3 ? 7 : 4; }
  void prompt(const Disc& disc, float* values) const;
  /// Entries of the prompt that say concept i.
  std::vector<int> promptEntries(int concept_) const;
  std::string conceptName(int concept_) const;
  /// "red", "blue"; "large", "small"; "light", "dark".
  std::string valueName(int concept_, int digit) const;

  /// Concept signal (arXiv 2406.19370, Def. 3): mean squared pixel difference between `number` and the class that
  /// differs in `concept_` alone, both at their class means with the same place and ground, over `pairs` draws; 0..1
  /// units.
  double signal(int number, int concept_, int pairs, RandomStream& random) const;

 private:
  Disc at(int number, const std::array<double, 9>& nuisance) const;

  ConceptWorldOptions options_;
};

}  // namespace learnscope
