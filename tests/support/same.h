// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>

#include "engine/core/state.h"

namespace learnscope::test {

/// Equal bit for bit, with type, shape and ids.
inline bool same(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && a.ids() == b.ids() &&
         std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

/// The same arrays under the same names.
inline bool same(const State& a, const State& b) {
  if (a.arrays().size() != b.arrays().size()) return false;
  for (const auto& [name, array] : a.arrays())
    if (!b.has(name) || !same(array, b.get(name))) return false;
  return true;
}

}  // namespace learnscope::test
