// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/atomic_folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "engine/core/errors.h"

namespace learnscope {

AtomicFolder::AtomicFolder(std::string path) : path_(std::move(path)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored)) throw IoError(path_, "already exists; name a new folder");
  std::string aside = path_ + ".XXXXXX";
  if (!mkdtemp(aside.data())) throw IoError(path_, "cannot be written: " + std::string(std::strerror(errno)));
  aside_ = std::move(aside);
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!aside_.empty()) std::filesystem::remove_all(aside_, ignored);
}

void AtomicFolder::commit() {
  // mkdtemp makes the folder private; give it the permissions that a new folder would get.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::chmod(aside_.c_str(), 0777 & ~mask) != 0 || std::rename(aside_.c_str(), path_.c_str()) != 0)
    throw IoError(path_, "cannot be written: " + std::string(std::strerror(errno)));
  aside_.clear();
}

}  // namespace learnscope
