// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace learnscope {

/// How an axis maps values to the coordinates it is drawn in. All plots draw on linear coordinates: a log axis draws
/// log10 of the values, a symlog axis sign(v) log10(1 + |v| / threshold), which is linear around 0 and logarithmic far
/// from it.
struct ScaleMap {
  enum class Kind { Linear, Log, Symlog };
  Kind kind = Kind::Linear;
  double threshold = 1;  ///< Symlog: below it the axis is nearly linear

  static ScaleMap parse(const QString& name);
  QString name() const;
  /// NaN where a log axis has no place for the value.
  double forward(double value) const;
  double inverse(double coordinate) const;
  bool operator==(const ScaleMap&) const = default;
};

struct Tick {
  double coordinate = 0;
  QString label;
  bool operator==(const Tick&) const = default;
};

/// Round ticks within [low, high] (coordinates), about `count` of them; powers of ten on long log axes.
std::vector<Tick> roundTicks(const ScaleMap& scale, double low, double high, int count);
/// The least round number >= value (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten).
double roundUp(double value);
/// A number as people read it: four significant digits by default, a true minus sign, thin spaces between thousands,
/// powers of ten with superscripts where it is very large or small.
QString formatNumber(double value, int digits = 4);

}  // namespace learnscope
