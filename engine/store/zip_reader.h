// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/store/bytes.h"

namespace learnscope {

/// Signatures and record sizes of PKWARE's APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
namespace zip {
inline constexpr std::uint32_t localSignature = 0x04034B50, centralSignature = 0x02014B50, endSignature = 0x06054B50;
inline constexpr std::size_t localSize = 30, centralSize = 46, endSize = 22;
inline constexpr std::uint64_t limit = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint16_t stored = 0, deflated = 8;
/// CRC32 as zip members carry it.
std::uint32_t crc(ByteView bytes);
}  // namespace zip

struct ZipMember {
  std::string name;
  std::uint16_t method = zip::stored;
  std::uint32_t crc = 0;
  std::uint32_t packedSize = 0;
  std::uint32_t size = 0;
  std::uint32_t offset = 0;
};

/// The members of a zip without zip64, encryption or parts. `bytes` and `path` outlive it. Nothing is allocated that
/// the bytes present do not allow. Throws DataError naming the byte.
class ZipReader {
 public:
  ZipReader(ByteView bytes, const std::string& path) : bytes_(bytes), path_(path) {}
  std::vector<ZipMember> members() const;
  /// A member's plain bytes, CRC32 checked.
  Bytes content(const ZipMember& member) const;

 private:
  [[noreturn]] void refuse(std::size_t at, const std::string& expected) const;
  std::size_t findEnd() const;
  Bytes inflated(ByteView packed, const ZipMember& member) const;

  ByteView bytes_;
  const std::string& path_;
};

}  // namespace learnscope
