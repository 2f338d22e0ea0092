// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace learnscope {

/// A new folder that appears under its name with all its files or not at all: filled beside it, then renamed. Throws
/// IoError, also where the name is taken.
class AtomicFolder {
 public:
  explicit AtomicFolder(std::string path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// The name it will have.
  const std::string& path() const { return path_; }
  /// A file's path until commit().
  std::string file(const std::string& name) const { return aside_ + "/" + name; }
  void commit();

 private:
  std::string path_, aside_;
};

}  // namespace learnscope
