// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/gzip.h"

#include <algorithm>
#include <limits>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/store/inflater.h"

namespace learnscope {
namespace {

constexpr std::size_t block = std::size_t{1} << 18U;
constexpr int gzipWindow = 16 + MAX_WBITS;

bool isGzip(const std::string& bytes) { return bytes.starts_with("\x1F\x8B"); }

/// Unpacks members one after the other, as gzip does.
class Unpacker {
 public:
  Unpacker(const std::string& packed, const std::string& path, std::size_t limit)
      : packed_(packed), path_(path), limit_(limit) {}

  std::string content() {
    while (at_ < packed_.size()) member();
    return std::move(plain_);
  }

 private:
  void member() {
    if (packed_.compare(at_, 2, "\x1F\x8B") != 0) refuse("another gzip member or the end of the file expected");
    Inflater inflater(gzipWindow);
    z_stream& stream = inflater.stream;
    for (int status = Z_OK; status != Z_STREAM_END;) {
      if (at_ == packed_.size()) refuse("a whole gzip file expected, found its end");
      const std::size_t before = plain_.size();
      plain_.resize(std::min(before + block, limit_ + 1));
      stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(packed_.data() + at_));
      stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed_.size() - at_, block));
      stream.next_out = reinterpret_cast<unsigned char*>(plain_.data() + before);
      stream.avail_out = static_cast<uInt>(plain_.size() - before);
      const std::size_t offered = stream.avail_in;
      status = inflate(&stream, Z_NO_FLUSH);
      at_ += offered - stream.avail_in;
      plain_.erase(plain_.size() - stream.avail_out);
      if (plain_.size() > limit_) refuse("content of at most " + std::to_string(limit_) + " bytes expected");
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        refuse(std::string("undamaged gzip data expected") + (stream.msg ? " (" + std::string(stream.msg) + ")" : ""));
    }
  }

  [[noreturn]] void refuse(const std::string& expected) const {
    throw DataError(path_, "packed byte " + std::to_string(at_), expected);
  }

  const std::string& packed_;
  const std::string& path_;
  std::size_t limit_;
  std::string plain_;
  std::size_t at_ = 0;
};

}  // namespace

std::string readMaybeGzip(const std::string& path, std::size_t limit) {
  std::string bytes = readFile(path, limit);
  return isGzip(bytes) ? Unpacker(bytes, path, limit).content() : bytes;
}

}  // namespace learnscope
