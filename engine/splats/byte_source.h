// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "engine/store/bytes.h"

namespace learnscope::splats {

/// The bytes of a splat file, read piece by piece (a million splats are never in memory twice), or a buffer.
class ByteSource {
 public:
  /// Throws IoError.
  explicit ByteSource(const std::string& path);
  /// `bytes` must outlive the source.
  ByteSource(std::string name, ByteView bytes) : name_(std::move(name)), memory_(bytes), size_(bytes.size()) {}

  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  /// Copies out.size() bytes from `offset`; throws DataError if they are not all there, IoError if reading fails.
  void read(std::uint64_t offset, std::span<std::byte> out) const;
  Bytes read(std::uint64_t offset, std::uint64_t count) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string name_;
  ByteView memory_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t size_ = 0;
};

}  // namespace learnscope::splats
