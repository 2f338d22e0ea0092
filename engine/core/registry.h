// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/lab.h"

namespace learnscope {

/// The labs of this program, in the order of the gallery. A value: main() makes it once and hands it on.
class Registry {
 public:
  void add(std::shared_ptr<const Lab> lab);
  const std::vector<std::shared_ptr<const Lab>>& labs() const { return labs_; }
  std::shared_ptr<const Lab> find(const std::string& id) const;
  /// As find, but throws ConfigError with the nearest known id.
  std::shared_ptr<const Lab> require(const std::string& id) const;

 private:
  std::vector<std::shared_ptr<const Lab>> labs_;
};

}  // namespace learnscope
