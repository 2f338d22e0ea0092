// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace learnscope {

/// Row-major order x order products.
struct CayleyTable {
  int order = 0;
  std::vector<std::int32_t> values;
};

/// The table of a named group (see Group::fromSpec), or nothing if the name is unknown or the order outside 2..largest.
std::optional<CayleyTable> cayleyTableOf(std::string_view spec, int largest);

}  // namespace learnscope
