// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/byte_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/core/errors.h"

namespace learnscope::splats {

ByteSource::ByteSource(const std::string& path) : name_(path), file_(std::fopen(path.c_str(), "rb")) {
  if (!file_) throw IoError(path, std::strerror(errno));
  struct stat status {};
  if (::fstat(::fileno(file_.get()), &status) != 0) throw IoError(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) throw IoError(path, "it is not a regular file");
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void ByteSource::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_ || out.size() > size_ - offset)
    throw DataError(name_, "byte " + std::to_string(offset),
                    std::to_string(out.size()) + " bytes expected, the file ends at " + std::to_string(size_));
  if (!file_) {
    if (!out.empty()) std::memcpy(out.data(), memory_.data() + offset, out.size());
    return;
  }
  for (std::size_t done = 0; done < out.size();) {
    const ssize_t got =
        ::pread(::fileno(file_.get()), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw IoError(name_, got == 0 ? "it became shorter while it was read" : std::strerror(errno));
    done += static_cast<std::size_t>(got);
  }
}

Bytes ByteSource::read(std::uint64_t offset, std::uint64_t count) const {
  if (offset > size_ || count > size_ - offset)
    throw DataError(name_, "byte " + std::to_string(offset), std::to_string(count) + " bytes expected");
  Bytes bytes(count);
  read(offset, bytes);
  return bytes;
}

}  // namespace learnscope::splats
