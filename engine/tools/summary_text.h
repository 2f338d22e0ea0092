// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace learnscope {

/// "[0.1000, -2.0000, 3.0000]", for the summaries of tools.
inline std::string placeText(const std::array<double, 3>& place) {
  char text[96];
  std::snprintf(text, sizeof text, "[%.4f, %.4f, %.4f]", place[0], place[1], place[2]);
  return text;
}

}  // namespace learnscope
