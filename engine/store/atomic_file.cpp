// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "engine/core/errors.h"

namespace learnscope {

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), aside_(path_ + ".XXXXXX") {
  file_ = mkostemp(aside_.data(), O_CLOEXEC);
  if (file_ < 0) fail();
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(aside_.c_str());
}

void AtomicFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  // mkostemp makes the file private; give it the permissions that a new file would get.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(file_, 0666 & ~mask) != 0 || ::fsync(file_) != 0) fail();
  if (::rename(aside_.c_str(), path_.c_str()) != 0) fail();
  ::close(file_);
  file_ = -1;
}

void AtomicFile::fail() const { throw IoError(path_, "cannot be written: " + std::string(std::strerror(errno))); }

}  // namespace learnscope
