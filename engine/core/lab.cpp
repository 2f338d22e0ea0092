// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/lab.h"

#include <algorithm>
#include <bit>

namespace learnscope {

bool Lab::due(std::string_view cadence, const Config& config, std::int64_t step) const {
  const std::int64_t every = config.has("every") ? std::max<std::int64_t>(1, config.integer("every")) : 10;
  if (cadence == "scalars") return step % every == 0;
  if (cadence == "arrays") {
    const auto octaves = static_cast<std::uint64_t>(step / (200 * every));
    const std::int64_t spacing = octaves == 0 ? every : every * static_cast<std::int64_t>(std::bit_floor(octaves));
    return step % spacing == 0;
  }
  return false;
}

std::string_view Lab::page() const { return embeddedPage(describe().id); }

Config checkedConfig(const Lab& lab, const Json& values, std::vector<Problem>* warnings) {
  std::vector<Problem> problems;
  // The description may depend on the config: describe with what was given, then check against that.
  const Description description = lab.describe(Config(flattened(values)));
  Config config = resolved(description.parameters, values, problems);
  if (problems.empty()) lab.validate(config, problems);
  const auto firstWarning =
      std::stable_partition(problems.begin(), problems.end(), [](const Problem& p) { return !p.warning; });
  if (warnings) warnings->assign(firstWarning, problems.end());
  problems.erase(firstWarning, problems.end());
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return config;
}

}  // namespace learnscope
