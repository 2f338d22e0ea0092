// SPDX-License-Identifier: GPL-3.0-or-later
#include <zlib.h>

#include <algorithm>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"
#include "engine/store/npy.h"
#include "engine/store/zip_reader.h"

namespace learnscope {
namespace {

constexpr std::uint16_t firstDosDate = 33;  // 1980-01-01: the same arrays give the same file
constexpr std::size_t sampleBytes = std::size_t{64} << 10U;

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
void appendShared(Bytes& record, const ZipMember& member) {
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

Bytes localRecord(const ZipMember& member) {
  Bytes record;
  appendNumber(record, zip::localSignature);
  appendShared(record, member);
  append(record, member.name);
  return record;
}

Bytes centralRecord(const ZipMember& member) {
  Bytes record;
  appendNumber(record, zip::centralSignature);
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
  appendNumber(record, zip::endSignature);
  appendNumber(record, std::uint32_t{0});
  appendNumber(record, static_cast<std::uint16_t>(members));
  appendNumber(record, static_cast<std::uint16_t>(members));
  appendNumber(record, static_cast<std::uint32_t>(directoryBytes));
  appendNumber(record, static_cast<std::uint32_t>(directoryOffset));
  appendNumber(record, std::uint16_t{0});
  return record;
}

}  // namespace

void writeNpz(const std::string& path, const std::map<std::string, Array>& arrays) {
  std::uint64_t total = zip::endSize;
  for (const auto& [name, array] : arrays) {
    if (name.size() > 1000)
      throw DataError(path, name.substr(0, 20) + "...", "a member name below 1000 bytes expected");
    total += array.bytes() + 2 * name.size() + 512;
  }
  if (total >= zip::limit || arrays.size() >= 0xFFFF)
    throw DataError(path, "", "less than 4 GB and 65535 arrays expected in one .npz; export fewer measures");
  AtomicFile file(path);
  Bytes directory;
  std::uint64_t offset = 0;
  for (const auto& [name, array] : arrays) {
    const Bytes plain = encodeNpy(array);
    const Bytes packed = worthDeflating(plain) ? deflatedBytes(plain) : Bytes();
    const Bytes& body = packed.empty() ? plain : packed;
    const ZipMember member{name + ".npy",
                           packed.empty() ? zip::stored : zip::deflated,
                           zip::crc(plain),
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
  const std::string content = readFile(path, zip::limit);
  const ZipReader archive(bytesOf(content), path);
  std::map<std::string, Array> arrays;
  for (const ZipMember& member : archive.members()) {
    if (!member.name.ends_with(".npy")) throw DataError(path, member.name, "only .npy members expected");
    const std::string name = member.name.substr(0, member.name.size() - 4);
    if (arrays.count(name)) throw DataError(path, member.name, "each member once expected");
    arrays[name] = decodeNpy(archive.content(member), path + ": " + member.name);
  }
  return arrays;
}

}  // namespace learnscope
