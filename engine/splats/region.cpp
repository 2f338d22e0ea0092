// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/region.h"

#include <algorithm>
#include <cmath>

#include "engine/splats/neighbours.h"

namespace learnscope::splats {
namespace {

double distance(const std::array<AlignedVector<float>, 3>& columns, std::size_t a, std::size_t b) {
  double square = 0;
  for (const auto& column : columns) square += std::pow(static_cast<double>(column[a] - column[b]), 2);
  return std::sqrt(square);
}

}  // namespace

std::vector<std::size_t> regionAround(const Gaussians& splats, std::size_t first, const RegionOptions& options) {
  const std::vector<float> spacing = neighbourDistances(splats.position, options.neighbours);
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < splats.size(); ++i)
    if (i != first && distance(splats.colour, i, first) <= options.colour) candidates.push_back(i);
  std::vector<std::size_t> region{first};
  for (std::size_t next = 0; next < region.size(); ++next) {
    const std::size_t from = region[next];
    // Those in reach move to the region; the rest stay candidates.
    const auto reached = std::stable_partition(candidates.begin(), candidates.end(), [&](std::size_t i) {
      return distance(splats.position, i, from) >
             options.reach * static_cast<double>(std::max(spacing[i], spacing[from]));
    });
    region.insert(region.end(), reached, candidates.end());
    candidates.erase(reached, candidates.end());
  }
  std::sort(region.begin(), region.end());
  return region;
}

}  // namespace learnscope::splats
