// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/support.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace learnscope::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "learnscope-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace learnscope::test
