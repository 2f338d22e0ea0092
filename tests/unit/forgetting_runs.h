// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experiments/registry.h"
#include "tests/support/driven.h"
#include "tests/support/same.h"

namespace learnscope::test {

inline std::shared_ptr<const Lab> forgettingLab() {
  static const std::shared_ptr<const Lab> found = builtinLabs().require("forgetting");
  return found;
}

/// A config that a second suffices for.
inline Json smallForgetting(Json more = Json::object()) {
  Json values{{"data.train", 100}, {"eval.samples", 50}, {"iterations", 40},  {"width", 24},
              {"memory", 60},      {"side", 12},         {"landscape", false}};
  values.update(more);
  return values;
}

struct ForgettingRun : Driven {
  explicit ForgettingRun(const Json& values, std::uint64_t seed = 4) : Driven(forgettingLab(), values, seed) {}
};

}  // namespace learnscope::test
