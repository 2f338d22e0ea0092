// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/scene_frame.h"

#include <algorithm>
#include <cmath>

#include "widgets/model/filled_text.h"

namespace learnscope {
namespace {

/// Sizes in steps of half an octave: the floor keeps still while the marks move.
double steady(double size) { return std::exp2(std::ceil(2 * std::log2(std::max(size, 1e-6))) / 2); }

void addFloor(const SceneSpec& spec, const Theme& theme, SceneSnapshot& out) {
  const Bounds& b = out.bounds;
  SceneFloor floor;
  const bool centred = spec.cylindrical() || b.empty();
  if (!centred) floor.centre = {b.centre().x, b.centre().y, 0};
  const double reach = b.empty() ? 1
                                 : std::max({std::abs(b.high.x - floor.centre.x), std::abs(b.low.x - floor.centre.x),
                                             std::abs(b.high.y - floor.centre.y), std::abs(b.low.y - floor.centre.y)});
  floor.extent = steady(1.7 * reach);
  floor.spacing = floor.extent / 8;
  floor.z = b.empty() || b.low.z > -0.02 ? 0 : b.low.z;
  floor.color = Rgba(theme.muted, theme.dark ? 0.42 : 0.5);
  out.floor = floor;
}

/// Values of measures in an axis's title are those at the cursor.
QString titleOf(const AxisSpec& axis, const SceneSource& source) {
  return filledText(axis.title, [&](const QString& measure) {
    Binding binding;
    binding.source = Binding::Source::Measure;
    binding.measure = measure.toStdString();
    const auto bound = source.value(binding, source.step);
    return bound && bound->values.size() == 1 ? bound->values.front() : std::nan("");
  });
}

}  // namespace

void addFrame(const SceneSpec& spec, const SceneSource& source, const Theme& theme, SceneSnapshot& out) {
  for (int i = 0; i < 3; ++i) {
    if (!spec.axes[i]) continue;
    const AxisSpec& axis = *spec.axes[i];
    out.axes[i] = SceneAxis{titleOf(axis, source), axis.scene[0], axis.scene[1], axis.values[0], axis.values[1]};
    Bounds& b = out.bounds;
    if (b.empty()) continue;
    double* low[] = {&b.low.x, &b.low.y, &b.low.z};
    double* high[] = {&b.high.x, &b.high.y, &b.high.z};
    *low[i] = std::min({*low[i], axis.scene[0], axis.scene[1]});
    *high[i] = std::max({*high[i], axis.scene[0], axis.scene[1]});
  }
  if (spec.floor) addFloor(spec, theme, out);
}

}  // namespace learnscope
