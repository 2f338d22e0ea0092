// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/zip_reader.h"

#include <algorithm>

#include "engine/core/errors.h"
#include "engine/store/inflater.h"

namespace learnscope {
namespace {

constexpr std::uint64_t deflateRatio = 1032;  // the most that deflate can expand

}  // namespace

std::uint32_t zip::crc(ByteView bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::vector<ZipMember> ZipReader::members() const {
  const std::size_t end = findEnd();
  const std::size_t count = numberAt<std::uint16_t>(bytes_, end + 10);
  const std::size_t size = numberAt<std::uint32_t>(bytes_, end + 12);
  const std::size_t offset = numberAt<std::uint32_t>(bytes_, end + 16);
  if (count == 0xFFFF || size == zip::limit || offset == zip::limit)
    refuse(end, "a zip below 4 GB (no zip64) expected");
  if (offset > end || size > end - offset) refuse(end, "a central directory inside the file expected");
  std::vector<ZipMember> found;
  std::size_t at = offset;
  for (std::size_t i = 0; i < count; ++i) {
    if (end - at < zip::centralSize || numberAt<std::uint32_t>(bytes_, at) != zip::centralSignature)
      refuse(at, "an entry of the central directory expected");
    const std::size_t nameLength = numberAt<std::uint16_t>(bytes_, at + 28);
    const std::size_t rest = numberAt<std::uint16_t>(bytes_, at + 30) + numberAt<std::uint16_t>(bytes_, at + 32);
    if (end - at - zip::centralSize < nameLength + rest) refuse(at, "a whole entry of the central directory expected");
    if (numberAt<std::uint16_t>(bytes_, at + 8) & 1U) refuse(at, "a zip without encryption expected");
    found.push_back({std::string(textOf(bytes_.subspan(at + zip::centralSize, nameLength))),
                     numberAt<std::uint16_t>(bytes_, at + 10), numberAt<std::uint32_t>(bytes_, at + 16),
                     numberAt<std::uint32_t>(bytes_, at + 20), numberAt<std::uint32_t>(bytes_, at + 24),
                     numberAt<std::uint32_t>(bytes_, at + 42)});
    at += zip::centralSize + nameLength + rest;
  }
  return found;
}

Bytes ZipReader::content(const ZipMember& member) const {
  const std::size_t at = member.offset;
  if (bytes_.size() < zip::localSize || at > bytes_.size() - zip::localSize ||
      numberAt<std::uint32_t>(bytes_, at) != zip::localSignature)
    refuse(at, "a local header expected");
  const std::size_t start =
      at + zip::localSize + numberAt<std::uint16_t>(bytes_, at + 26) + numberAt<std::uint16_t>(bytes_, at + 28);
  if (start > bytes_.size() || member.packedSize > bytes_.size() - start) refuse(at, "a whole member expected");
  const ByteView packed = bytes_.subspan(start, member.packedSize);
  Bytes plain;
  if (member.method == zip::stored && member.packedSize == member.size)
    plain.assign(packed.begin(), packed.end());
  else if (member.method == zip::deflated)
    plain = inflated(packed, member);
  else
    refuse(at, "a stored or deflated member expected");
  if (zip::crc(plain) != member.crc) refuse(at, "an undamaged member expected (CRC32)");
  return plain;
}

void ZipReader::refuse(std::size_t at, const std::string& expected) const {
  throw DataError(path_, "byte " + std::to_string(at), expected);
}

std::size_t ZipReader::findEnd() const {
  constexpr std::size_t longestComment = 65535;
  for (std::size_t back = zip::endSize; back <= std::min(bytes_.size(), zip::endSize + longestComment); ++back) {
    const std::size_t at = bytes_.size() - back;
    if (numberAt<std::uint32_t>(bytes_, at) == zip::endSignature &&
        numberAt<std::uint16_t>(bytes_, at + 20) == back - zip::endSize)
      return at;
  }
  refuse(bytes_.size(), "the end of a zip expected (is this a whole file?)");
}

Bytes ZipReader::inflated(ByteView packed, const ZipMember& member) const {
  if (member.size > (packed.size() + 16) * deflateRatio) refuse(member.offset, "a plausible size expected");
  Inflater inflater(-MAX_WBITS);
  Bytes plain(member.size);
  std::byte none{};
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<unsigned char*>(plain.empty() ? &none : plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  if (inflate(&stream, Z_FINISH) != Z_STREAM_END || stream.total_out != plain.size())
    refuse(member.offset, "undamaged deflated data expected");
  return plain;
}

}  // namespace learnscope
