// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/timeline_marks.h"

#include <algorithm>
#include <cmath>

namespace learnscope {

StepScale::StepScale(std::int64_t first, std::int64_t last, double left, double right, bool logarithmic)
    : first_(static_cast<double>(first)),
      last_(static_cast<double>(std::max(last, first + 1))),
      left_(left),
      right_(std::max(right, left + 1)),
      logarithmic_(logarithmic) {}

double StepScale::x(std::int64_t step) const {
  const double since = std::clamp(static_cast<double>(step), first_, last_) - first_;
  const double range = last_ - first_;
  const double u = logarithmic_ ? std::log1p(since) / std::log1p(range) : since / range;
  return left_ + u * (right_ - left_);
}

std::int64_t StepScale::step(double x) const {
  const double u = std::clamp((x - left_) / (right_ - left_), 0.0, 1.0);
  const double range = last_ - first_;
  const double since = logarithmic_ ? std::expm1(u * std::log1p(range)) : u * range;
  return static_cast<std::int64_t>(std::llround(first_ + since));
}

std::vector<std::int64_t> StepScale::ticks(double spacing) const {
  std::vector<std::int64_t> found;
  const auto first = static_cast<std::int64_t>(first_), last = static_cast<std::int64_t>(last_);
  if (logarithmic_) {
    found.push_back(first);
    for (std::int64_t decade = 1; decade <= last - first; decade *= 10) {
      if (x(first + decade) - x(found.back()) >= spacing) found.push_back(first + decade);
      if (decade > INT64_MAX / 10) break;
    }
    return found;
  }
  const double most = std::max(1.0, (right_ - left_) / spacing);
  const double rough = std::max(1.0, (last_ - first_) / most);
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  const double unit = rough <= decade       ? decade
                      : rough <= 2 * decade ? 2 * decade
                      : rough <= 5 * decade ? 5 * decade
                                            : 10 * decade;
  const auto every = static_cast<std::int64_t>(unit);
  for (std::int64_t at = (first + every - 1) / every * every; at <= last; at += every) found.push_back(at);
  return found;
}

std::vector<FlagPlace> placeFlags(const std::vector<std::pair<double, QString>>& flags, int rows, double right,
                                  double least, const std::function<double(const QString&)>& width) {
  constexpr double space = 4;  // between a pole and its label, and between labels
  std::vector<FlagPlace> places(flags.size());
  std::vector<double> ends(static_cast<std::size_t>(rows), -1e9);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const auto& [x, text] = flags[i];
    FlagPlace& place = places[i];
    place.x = x;
    place.left = x + space;
    for (int row = 0; row < rows && place.row < 0; ++row) {
      if (ends[static_cast<std::size_t>(row)] + space > x) continue;
      // A pole that follows must not cut through the label: of this row, only every rows-th flag comes here at worst.
      const std::size_t next = i + static_cast<std::size_t>(rows);
      const double room =
          std::min(right, next < flags.size() ? std::max(flags[next].first - space, x + least) : right) - place.left;
      QString shown = text;
      if (width(shown) > room) {
        while (!shown.isEmpty() && width(shown + QChar(0x2026)) > room) shown.chop(1);
        if (shown.size() < 3 || room < least) continue;
        shown = shown.trimmed() + QChar(0x2026);
      }
      place.row = row;
      place.text = shown;
      ends[static_cast<std::size_t>(row)] = place.left + width(shown);
    }
  }
  return places;
}

}  // namespace learnscope
