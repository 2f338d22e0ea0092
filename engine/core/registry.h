// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/lab.h"
#include "engine/core/tool.h"

namespace learnscope {

/// The labs and tools of this program, in the order of gallery and menu. A value: main() makes it once and hands it on.
class Registry {
 public:
  void add(std::shared_ptr<const Lab> lab);
  const std::vector<std::shared_ptr<const Lab>>& labs() const { return labs_; }
  std::shared_ptr<const Lab> find(const std::string& id) const;
  /// As find, but throws ConfigError with the nearest known id.
  std::shared_ptr<const Lab> require(const std::string& id) const;

  void add(std::shared_ptr<const Tool> tool) { tools_.push_back(std::move(tool)); }
  const std::vector<std::shared_ptr<const Tool>>& tools() const { return tools_; }

 private:
  std::vector<std::shared_ptr<const Lab>> labs_;
  std::vector<std::shared_ptr<const Tool>> tools_;
};

}  // namespace learnscope
