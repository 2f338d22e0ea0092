// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/splat_statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace learnscope::splats {
namespace {

constexpr double kVisibleOpacity = 0.005;

std::array<double, 3> quantiles(std::vector<float> values) {
  std::array<double, 3> out{};
  if (values.empty()) return out;
  std::sort(values.begin(), values.end());
  constexpr std::array<double, 3> shares{0.05, 0.5, 0.95};
  for (std::size_t k = 0; k < 3; ++k)
    out[k] = values[static_cast<std::size_t>(shares[k] * static_cast<double>(values.size() - 1) + 0.5)];
  return out;
}

double turnBetween(const Gaussians& a, const Gaussians& b, std::size_t i) {
  double dot = 0, chord = 0;
  for (std::size_t k = 0; k < 4; ++k) dot += static_cast<double>(a.rotation[k][i]) * b.rotation[k][i];
  for (std::size_t k = 0; k < 4; ++k) {
    const double d = a.rotation[k][i] - (dot < 0 ? -1.0 : 1.0) * b.rotation[k][i];
    chord += d * d;
  }
  return 4 * std::asin(std::min(1.0, std::sqrt(chord) / 2)) * 180 / std::numbers::pi;
}

}  // namespace

SplatStatistics statisticsOf(const Gaussians& splats) {
  SplatStatistics s;
  s.count = splats.size();
  if (s.count == 0) return s;
  std::vector<float> largest(s.count);
  std::size_t outside = 0;
  for (std::size_t i = 0; i < s.count; ++i) {
    s.visible += splats.opacity[i] > kVisibleOpacity;
    s.meanOpacity += splats.opacity[i];
    largest[i] = std::exp(std::max({splats.logScale[0][i], splats.logScale[1][i], splats.logScale[2][i]}));
    outside += std::any_of(splats.colour.begin(), splats.colour.end(),
                           [i](const auto& channel) { return channel[i] < 0 || channel[i] > 1; });
  }
  s.meanOpacity /= static_cast<double>(s.count);
  s.opacity = quantiles({splats.opacity.begin(), splats.opacity.end()});
  s.scale = quantiles(std::move(largest));
  s.coloursOutside = static_cast<double>(outside) / static_cast<double>(s.count);
  return s;
}

SplatDifference differenceOf(const Gaussians& a, const Gaussians& b) {
  SplatDifference d;
  std::vector<double> turns;
  const int common = harmonicsOf(std::min(a.degree(), b.degree()));
  const auto apart = [](float x, float y) { return std::abs(static_cast<double>(x) - y); };
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    double square = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      square += std::pow(apart(a.position[k][i], b.position[k][i]), 2);
      d.logScale = std::max(d.logScale, apart(a.logScale[k][i], b.logScale[k][i]));
      d.colour = std::max(d.colour, apart(a.colour[k][i], b.colour[k][i]));
      for (int j = 0; j < common; ++j)
        d.harmonics =
            std::max(d.harmonics, apart(a.harmonic(i, static_cast<int>(k), j), b.harmonic(i, static_cast<int>(k), j)));
    }
    d.position = std::max(d.position, std::sqrt(square));
    d.opacity = std::max(d.opacity, apart(a.opacity[i], b.opacity[i]));
    turns.push_back(turnBetween(a, b, i));
  }
  if (turns.empty()) return d;
  std::nth_element(turns.begin(), turns.begin() + static_cast<std::ptrdiff_t>(turns.size() / 2), turns.end());
  d.medianTurn = turns[turns.size() / 2];
  d.largestTurn = *std::max_element(turns.begin(), turns.end());
  return d;
}

}  // namespace learnscope::splats
