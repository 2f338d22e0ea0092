// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/concept_world.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr double kPixelNoise = 0.001, kSmallestRadius = 0.1;

float unit(double value) { return static_cast<float>(std::clamp(value, 0.0, 1.0)); }

// Nuisance values, each in -1..1: three of the colour, radius, x, y, three of the ground.
std::array<double, 9> nuisanceOf(RandomStream& random) {
  std::array<double, 9> values{};
  for (double& value : values) value = random.uniform(-1, 1);
  return values;
}

}  // namespace

Disc ConceptWorld::at(int number, const std::array<double, 9>& nuisance) const {
  const int concepts = options_.concepts;
  const auto sign = [&](int concept_) { return digit(number, concept_, concepts) ? -0.5 : 0.5; };
  const double colourSpread = options_.fixedSpread ? 0.05 : options_.colour / 8,
               sizeSpread = options_.fixedSpread ? 0.04 : 3 * options_.size / 8;
  Disc disc;
  const double red = sign(0) * options_.colour;
  const std::array<double, 3> means{.5 + red, .5 - std::abs(red), .5 - red};
  for (std::size_t i = 0; i < 3; ++i) disc.colour[i] = static_cast<float>(unit(means[i]) + colourSpread * nuisance[i]);
  disc.radius = static_cast<float>(std::max(kSmallestRadius, .45 + sign(1) * options_.size + sizeSpread * nuisance[3]));
  disc.x = static_cast<float>(options_.position * nuisance[4]);
  disc.y = static_cast<float>(options_.position * nuisance[5]);
  for (std::size_t i = 0; i < 3; ++i)
    disc.ground[i] =
        static_cast<float>(concepts == 3 ? unit(.5 + sign(2) * options_.ground) + options_.ground / 8 * nuisance[6 + i]
                                         : .9 + .1 * nuisance[6 + i]);
  return disc;
}

Disc ConceptWorld::mean(int number) const { return at(number, {}); }
Disc ConceptWorld::draw(int number, RandomStream& random) const { return at(number, nuisanceOf(random)); }

void ConceptWorld::render(const Disc& disc, float* image) const {
  const int side = options_.side;
  const float step = 2.0f / static_cast<float>(side - 1), edge = step / 2;
  const auto plane = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const float dx = -1 + step * static_cast<float>(x) - disc.x, dy = -1 + step * static_cast<float>(y) - disc.y;
      const float inside = 1 / (1 + std::exp((std::sqrt(dx * dx + dy * dy) - disc.radius) / edge));
      const auto at = static_cast<std::size_t>(y * side + x);
      for (std::size_t c = 0; c < 3; ++c)
        image[c * plane + at] = inside * disc.colour[c] + (1 - inside) * disc.ground[c];
    }
}

void ConceptWorld::render(const Disc& disc, RandomStream& noise, float* image) const {
  render(disc, image);
  const int values = 3 * options_.side * options_.side;
  for (int i = 0; i < values; ++i) image[i] = unit(image[i] + kPixelNoise * noise.normal());
}

void ConceptWorld::prompt(const Disc& disc, float* values) const {
  std::copy(disc.colour.begin(), disc.colour.end(), values);
  values[3] = disc.radius;
  if (options_.concepts == 3) std::copy(disc.ground.begin(), disc.ground.end(), values + 4);
}

std::vector<int> ConceptWorld::promptEntries(int concept_) const {
  if (concept_ == 0) return {0, 1, 2};
  return concept_ == 1 ? std::vector<int>{3} : std::vector<int>{4, 5, 6};
}

std::string ConceptWorld::conceptName(int concept_) const {
  return concept_ == 0 ? "colour" : concept_ == 1 ? "size" : "background";
}

std::string ConceptWorld::valueName(int concept_, int value) const {
  static constexpr const char* names[3][2] = {{"red", "blue"}, {"large", "small"}, {"light", "dark"}};
  return names[concept_][value];
}

double ConceptWorld::signal(int number, int concept_, int pairs, RandomStream& random) const {
  const int other = number ^ (1 << (options_.concepts - 1 - concept_));
  const auto values = static_cast<std::size_t>(3 * options_.side * options_.side);
  std::vector<float> a(values), b(values);
  double sum = 0;
  for (int i = 0; i < pairs; ++i) {
    std::array<double, 9> nuisance = nuisanceOf(random);
    std::fill_n(nuisance.begin(), 4, 0.0);
    if (options_.concepts == 3) std::fill_n(nuisance.begin() + 6, 3, 0.0);
    render(at(number, nuisance), a.data());
    render(at(other, nuisance), b.data());
    for (std::size_t j = 0; j < values; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  }
  return sum / (static_cast<double>(pairs) * static_cast<double>(values));
}

}  // namespace learnscope
