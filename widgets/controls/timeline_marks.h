// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace learnscope {

/// Where steps stand on a line of pixels: linear, or logarithmic in the steps since the first.
class StepScale {
 public:
  StepScale() = default;
  StepScale(std::int64_t first, std::int64_t last, double left, double right, bool logarithmic);
  double x(std::int64_t step) const;
  std::int64_t step(double x) const;
  /// Steps for labels, at least `spacing` pixels apart: 1, 2 or 5 times a power of ten; decades when logarithmic.
  std::vector<std::int64_t> ticks(double spacing) const;

 private:
  double first_ = 0, last_ = 1, left_ = 0, right_ = 1;
  bool logarithmic_ = false;
};

/// One flag of the timeline: where its pole stands, and where its label was put.
struct FlagPlace {
  double x = 0;
  int row = -1;     ///< -1: no room, shown on hover only
  double left = 0;  ///< of the label
  QString text;     ///< as drawn, perhaps elided
};

/// Puts labels beside their poles (ascending x) in `rows` rows so that none overlaps another nor the right end. A label
/// without room for its whole text is elided, and hidden below `least` pixels. `width` measures a text.
std::vector<FlagPlace> placeFlags(const std::vector<std::pair<double, QString>>& flags, int rows, double right,
                                  double least, const std::function<double(const QString&)>& width);

}  // namespace learnscope
