// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/state.h"

#include "engine/core/errors.h"

namespace learnscope {

const Array& State::get(const std::string& name) const {
  const auto found = arrays_.find(name);
  if (found == arrays_.end()) throw DataError("saved state", "\"" + name + "\"", "expected, but missing");
  return found->second;
}

void State::merge(const std::string& prefix, const State& other) {
  for (const auto& [name, array] : other.arrays_) arrays_[prefix + name] = array;
}

State State::sub(const std::string& prefix) const {
  State found;
  for (auto it = arrays_.lower_bound(prefix); it != arrays_.end() && it->first.starts_with(prefix); ++it)
    found.arrays_[it->first.substr(prefix.size())] = it->second;
  return found;
}

std::size_t State::bytes() const {
  std::size_t total = 0;
  for (const auto& [name, array] : arrays_) total += array.bytes();
  return total;
}

}  // namespace learnscope
