// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/short_number.h"

#include <cstdio>

namespace learnscope {

std::string shortNumber(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

}  // namespace learnscope
