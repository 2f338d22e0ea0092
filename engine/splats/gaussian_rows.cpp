// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/gaussian_rows.h"

#include <cmath>

namespace learnscope::splats {
namespace {

constexpr std::size_t columns = 14;

}  // namespace

Gaussians fromRows(std::span<const float> rows) {
  Gaussians splats(rows.size() / columns, 0);
  for (std::size_t i = 0; i < splats.size(); ++i) {
    const float* row = rows.data() + i * columns;
    for (std::size_t k = 0; k < 3; ++k) {
      splats.position[k][i] = row[k];
      splats.logScale[k][i] = std::log(row[4 + k]);
      splats.colour[k][i] = row[11 + k];
    }
    for (std::size_t k = 0; k < 4; ++k) splats.rotation[k][i] = row[7 + k];
    splats.opacity[i] = row[3];
  }
  return splats;
}

std::vector<float> toRows(const Gaussians& splats) {
  std::vector<float> rows(splats.size() * columns);
  for (std::size_t i = 0; i < splats.size(); ++i) {
    float* row = rows.data() + i * columns;
    for (std::size_t k = 0; k < 3; ++k) {
      row[k] = splats.position[k][i];
      row[4 + k] = std::exp(splats.logScale[k][i]);
      row[11 + k] = splats.colour[k][i];
    }
    for (std::size_t k = 0; k < 4; ++k) row[7 + k] = splats.rotation[k][i];
    row[3] = splats.opacity[i];
  }
  return rows;
}

}  // namespace learnscope::splats
