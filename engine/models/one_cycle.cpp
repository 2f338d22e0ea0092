// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/one_cycle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace learnscope {

double oneCycleRate(double largest, std::int64_t t, std::int64_t length, double warmUp) {
  constexpr double kStartShare = 25, kEndShare = 1e4;
  const double first = largest / kStartShare, last = first / kEndShare;
  const double top = warmUp * static_cast<double>(length) - 1, end = static_cast<double>(length) - 1;
  const double at = std::min(static_cast<double>(t), end);
  const auto between = [](double a, double b, double share) {
    return b + (a - b) / 2 * (1 + std::cos(std::numbers::pi * share));
  };
  if (at <= top && top > 0) return between(first, largest, at / top);
  const double from = std::max(top, 0.0);
  return between(largest, last, end > from ? (at - from) / (end - from) : 1);
}

}  // namespace learnscope
