// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/core/aligned.h"
#include "engine/core/state.h"

namespace learnscope::continual {

inline void putFloats(State& state, const std::string& name, const AlignedVector<float>& values) {
  state.put(name, Array::from<float>(std::span(values), {static_cast<std::int64_t>(values.size())}));
}

inline void getFloats(const State& state, const std::string& name, AlignedVector<float>& values) {
  const auto saved = state.get(name).as<float>();
  values.assign(saved.begin(), saved.end());
}

}  // namespace learnscope::continual
