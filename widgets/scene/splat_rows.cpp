// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/splat_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope {
namespace {

constexpr std::size_t kColumns = 14;

bool drawable(const double* row) {
  return std::all_of(row, row + kColumns, [](double v) { return std::isfinite(v); }) && row[4] > 0 && row[5] > 0 &&
         row[6] > 0;
}

void write(splats::Gaussians& splats, std::size_t to, const double* row, Vec3 place, double opacity) {
  const double xyz[]{place.x, place.y, place.z};
  const double length = std::sqrt(row[7] * row[7] + row[8] * row[8] + row[9] * row[9] + row[10] * row[10]);
  for (std::size_t k = 0; k < 3; ++k) {
    splats.position[k][to] = static_cast<float>(xyz[k]);
    splats.logScale[k][to] = static_cast<float>(std::log(row[4 + k]));
    splats.colour[k][to] = static_cast<float>(row[11 + k]);
  }
  for (std::size_t k = 0; k < 4; ++k)
    splats.rotation[k][to] = length > 0 ? static_cast<float>(row[7 + k] / length) : (k == 0 ? 1.0F : 0.0F);
  splats.opacity[to] = static_cast<float>(opacity * row[3]);
}

}  // namespace

SplatRows readSplatRows(const Bound& rows, Vec3 at, double opacity, const std::vector<QColor>& tints) {
  SplatRows read;
  if (rows.shape.size() != 2 || rows.shape[1] != static_cast<std::int64_t>(kColumns)) return read;
  for (std::size_t i = 0; i < rows.items(); ++i)
    if (drawable(rows.values.data() + i * kColumns)) read.rows.push_back(i);
  if (read.rows.empty()) return read;
  auto splats = std::make_shared<splats::Gaussians>(read.rows.size(), 0);
  read.top = {0, 0, -std::numeric_limits<double>::infinity()};
  for (std::size_t to = 0; to < read.rows.size(); ++to) {
    const double* row = rows.values.data() + read.rows[to] * kColumns;
    const Vec3 place = Vec3{row[0], row[1], row[2]} + at;
    write(*splats, to, row, place, opacity);
    if (!tints.empty()) {
      const QColor& tint = tints[read.rows[to]];
      splats->colour[0][to] = static_cast<float>(tint.redF());
      splats->colour[1][to] = static_cast<float>(tint.greenF());
      splats->colour[2][to] = static_cast<float>(tint.blueF());
    }
    read.places.push_back(place);
    read.top = {read.top.x + place.x / static_cast<double>(read.rows.size()),
                read.top.y + place.y / static_cast<double>(read.rows.size()), std::max(read.top.z, place.z)};
  }
  read.splats = std::move(splats);
  return read;
}

}  // namespace learnscope
