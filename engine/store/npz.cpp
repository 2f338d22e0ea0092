// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"
#include "engine/store/inflater.h"
#include "engine/store/npy.h"

namespace learnscope {
namespace {

// Signatures and record sizes of PKWARE's APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
constexpr std::uint32_t localSignature = 0x04034B50, centralSignature = 0x02014B50, endSignature = 0x06054B50;
constexpr std::size_t localSize = 30, centralSize = 46, endSize = 22;
constexpr std::uint64_t zipLimit = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint16_t stored = 0, deflated = 8;
constexpr std::uint16_t firstDosDate = 33;  // 1980-01-01: the same arrays give the same file
constexpr std::size_t sampleBytes = std::size_t{64} << 10U;
constexpr std::uint64_t deflateRatio = 1032;  // the most that deflate can expand

struct Member {
  std::string name;
  std::uint16_t method = stored;
  std::uint32_t crc = 0;
  std::uint32_t packedSize = 0;
  std::uint32_t size = 0;
  std::uint32_t offset = 0;
};

std::uint32_t zipCrc(ByteView bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

Bytes deflatedBytes(ByteView bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 4, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  Bytes packed(deflateBound(&stream, bytes.size()));
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// Trained weights hardly shrink and would only cost time; a sample decides.
bool worthDeflating(ByteView bytes) {
  const ByteView sample = bytes.first(std::min(bytes.size(), sampleBytes));
  return deflatedBytes(sample).size() * 5 < sample.size() * 4;
}

/// Fields from "version needed" to "extra length", which local and central records share.
void appendShared(Bytes& record, const Member& member) {
  appendNumber(record, std::uint16_t{20});
  appendNumber(record, std::uint16_t{0x800});  // names in UTF-8
  appendNumber(record, member.method);
  appendNumber(record, std::uint16_t{0});
  appendNumber(record, firstDosDate);
  appendNumber(record, member.crc);
  appendNumber(record, member.packedSize);
  appendNumber(record, member.size);
  appendNumber(record, static_cast<std::uint16_t>(member.name.size()));
  appendNumber(record, std::uint16_t{0});
}

Bytes localRecord(const Member& member) {
  Bytes record;
  appendNumber(record, localSignature);
  appendShared(record, member);
  append(record, member.name);
  return record;
}

Bytes centralRecord(const Member& member) {
  Bytes record;
  appendNumber(record, centralSignature);
  appendNumber(record, std::uint16_t{20});
  appendShared(record, member);
  for (int i = 0; i < 3; ++i) appendNumber(record, std::uint16_t{0});
  appendNumber(record, std::uint32_t{0});
  appendNumber(record, member.offset);
  append(record, member.name);
  return record;
}

Bytes endRecord(std::size_t members, std::size_t directoryBytes, std::uint64_t directoryOffset) {
  Bytes record;
  appendNumber(record, endSignature);
  appendNumber(record, std::uint32_t{0});
  appendNumber(record, static_cast<std::uint16_t>(members));
  appendNumber(record, static_cast<std::uint16_t>(members));
  appendNumber(record, static_cast<std::uint32_t>(directoryBytes));
  appendNumber(record, static_cast<std::uint32_t>(directoryOffset));
  appendNumber(record, std::uint16_t{0});
  return record;
}

/// The members of a zip without zip64, encryption or parts.
class ZipReader {
 public:
  ZipReader(ByteView bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  std::vector<Member> members() const {
    const std::size_t end = findEnd();
    const std::size_t count = numberAt<std::uint16_t>(bytes_, end + 10);
    const std::size_t size = numberAt<std::uint32_t>(bytes_, end + 12);
    const std::size_t offset = numberAt<std::uint32_t>(bytes_, end + 16);
    if (count == 0xFFFF || size == zipLimit || offset == zipLimit) refuse(end, "a zip below 4 GB (no zip64) expected");
    if (offset > end || size > end - offset) refuse(end, "a central directory inside the file expected");
    std::vector<Member> found;
    std::size_t at = offset;
    for (std::size_t i = 0; i < count; ++i) {
      if (end - at < centralSize || numberAt<std::uint32_t>(bytes_, at) != centralSignature)
        refuse(at, "an entry of the central directory expected");
      const std::size_t nameLength = numberAt<std::uint16_t>(bytes_, at + 28);
      const std::size_t rest = numberAt<std::uint16_t>(bytes_, at + 30) + numberAt<std::uint16_t>(bytes_, at + 32);
      if (end - at - centralSize < nameLength + rest) refuse(at, "a whole entry of the central directory expected");
      if (numberAt<std::uint16_t>(bytes_, at + 8) & 1U) refuse(at, "a zip without encryption expected");
      found.push_back({std::string(textOf(bytes_.subspan(at + centralSize, nameLength))),
                       numberAt<std::uint16_t>(bytes_, at + 10), numberAt<std::uint32_t>(bytes_, at + 16),
                       numberAt<std::uint32_t>(bytes_, at + 20), numberAt<std::uint32_t>(bytes_, at + 24),
                       numberAt<std::uint32_t>(bytes_, at + 42)});
      at += centralSize + nameLength + rest;
    }
    return found;
  }

  Bytes content(const Member& member) const {
    const std::size_t at = member.offset;
    if (bytes_.size() < localSize || at > bytes_.size() - localSize ||
        numberAt<std::uint32_t>(bytes_, at) != localSignature)
      refuse(at, "a local header expected");
    const std::size_t start =
        at + localSize + numberAt<std::uint16_t>(bytes_, at + 26) + numberAt<std::uint16_t>(bytes_, at + 28);
    if (start > bytes_.size() || member.packedSize > bytes_.size() - start) refuse(at, "a whole member expected");
    const ByteView packed = bytes_.subspan(start, member.packedSize);
    Bytes plain;
    if (member.method == stored && member.packedSize == member.size)
      plain.assign(packed.begin(), packed.end());
    else if (member.method == deflated)
      plain = inflated(packed, member);
    else
      refuse(at, "a stored or deflated member expected");
    if (zipCrc(plain) != member.crc) refuse(at, "an undamaged member expected (CRC32)");
    return plain;
  }

 private:
  [[noreturn]] void refuse(std::size_t at, const std::string& expected) const {
    throw DataError(path_, "byte " + std::to_string(at), expected);
  }

  std::size_t findEnd() const {
    constexpr std::size_t longestComment = 65535;
    for (std::size_t back = endSize; back <= std::min(bytes_.size(), endSize + longestComment); ++back) {
      const std::size_t at = bytes_.size() - back;
      if (numberAt<std::uint32_t>(bytes_, at) == endSignature &&
          numberAt<std::uint16_t>(bytes_, at + 20) == back - endSize)
        return at;
    }
    refuse(bytes_.size(), "the end of a zip expected (is this a whole .npz?)");
  }

  Bytes inflated(ByteView packed, const Member& member) const {
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

  ByteView bytes_;
  const std::string& path_;
};

}  // namespace

void writeNpz(const std::string& path, const std::map<std::string, Array>& arrays) {
  std::uint64_t total = endSize;
  for (const auto& [name, array] : arrays) {
    if (name.size() > 1000)
      throw DataError(path, name.substr(0, 20) + "...", "a member name below 1000 bytes expected");
    total += array.bytes() + 2 * name.size() + 512;
  }
  if (total >= zipLimit || arrays.size() >= 0xFFFF)
    throw DataError(path, "", "less than 4 GB and 65535 arrays expected in one .npz; export fewer measures");
  AtomicFile file(path);
  Bytes directory;
  std::uint64_t offset = 0;
  for (const auto& [name, array] : arrays) {
    const Bytes plain = encodeNpy(array);
    const Bytes packed = worthDeflating(plain) ? deflatedBytes(plain) : Bytes();
    const Bytes& body = packed.empty() ? plain : packed;
    const Member member{name + ".npy",
                        packed.empty() ? stored : deflated,
                        zipCrc(plain),
                        static_cast<std::uint32_t>(body.size()),
                        static_cast<std::uint32_t>(plain.size()),
                        static_cast<std::uint32_t>(offset)};
    const Bytes local = localRecord(member);
    file.write(local);
    file.write(body);
    offset += local.size() + body.size();
    append(directory, centralRecord(member));
  }
  file.write(directory);
  file.write(endRecord(arrays.size(), directory.size(), offset));
  file.commit();
}

std::map<std::string, Array> readNpz(const std::string& path) {
  const std::string content = readFile(path, zipLimit);
  const ZipReader zip(bytesOf(content), path);
  std::map<std::string, Array> arrays;
  for (const Member& member : zip.members()) {
    if (!member.name.ends_with(".npy")) throw DataError(path, member.name, "only .npy members expected");
    const std::string name = member.name.substr(0, member.name.size() - 4);
    if (arrays.count(name)) throw DataError(path, member.name, "each member once expected");
    arrays[name] = decodeNpy(zip.content(member), path + ": " + member.name);
  }
  return arrays;
}

}  // namespace learnscope
