// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/store/bytes.h"

namespace learnscope {

/// A file that appears under its name whole or not at all: written beside it, then renamed over it by commit(). Without
/// commit nothing of the old file changes. Throws IoError.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(ByteView bytes);
  void write(std::string_view text) { write(bytesOf(text)); }
  void commit();
  /// The file it is until then, for a library that can only write to a name.
  const std::string& aside() const { return aside_; }

 private:
  [[noreturn]] void fail() const;
  std::string path_;
  std::string aside_;
  int file_ = -1;
};

}  // namespace learnscope
