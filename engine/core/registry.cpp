// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/registry.h"

namespace learnscope {

void Registry::add(std::shared_ptr<const Lab> lab) { labs_.push_back(std::move(lab)); }

std::shared_ptr<const Lab> Registry::find(const std::string& id) const {
  for (const auto& lab : labs_)
    if (lab->describe().id == id) return lab;
  return nullptr;
}

std::shared_ptr<const Lab> Registry::require(const std::string& id) const {
  if (auto lab = find(id)) return lab;
  std::vector<std::string> known;
  for (const auto& lab : labs_) known.push_back(lab->describe().id);
  const std::string nearest = nearestName(id, known);
  throw ConfigError("lab", id, "no such lab" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

}  // namespace learnscope
