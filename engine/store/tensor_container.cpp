// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/tensor_container.h"

#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "engine/core/config.h"
#include "engine/store/bytes.h"
#include "engine/store/shape.h"

namespace learnscope {
namespace {

// Preamble: magic, version (u32), header length (u32), CRC32C of the header (u32), zero (u32). The first byte is not
// ASCII and the last is a line end, so a transfer that changes text damages the magic.
constexpr std::string_view magic{"\x89LSTATE\n", 8};
constexpr std::uint32_t version = 1;
constexpr std::size_t preamble = 24;
constexpr std::size_t headerLimit = std::size_t{16} << 20U;
constexpr std::size_t alignment = 64;
constexpr int zstdLevel = 1;  // weights hardly compress further at higher levels
// A zstd frame cannot expand more than 128 KB per four bytes. What a small file may unpack to is bounded besides.
constexpr std::uint64_t smallFileLimit = std::uint64_t{1} << 30U;
constexpr std::uint64_t largeFileRatio = 64;

std::size_t aligned(std::size_t offset) { return (offset + alignment - 1) / alignment * alignment; }
ByteView viewOf(const Array& array) { return {array.data(), array.bytes()}; }
ByteView idsOf(const Array& array) { return std::as_bytes(std::span(array.ids())); }

bool mayExpand(std::uint64_t packed, std::uint64_t plain) {
  return plain <= std::max(smallFileLimit, packed * largeFileRatio);
}

/// Lays `block` behind what the header describes so far and returns its entry {offset, bytes, crc32c}.
Json place(ByteView block, std::size_t& end) {
  const std::size_t offset = aligned(end);
  end = offset + block.size();
  return {{"offset", offset}, {"bytes", block.size()}, {"crc32c", crc32c(block)}};
}

Bytes plainContainer(const State& state) {
  // Offsets count from the start of the data, which begins at the first multiple of 64 behind the header.
  Json header = {{"arrays", Json::array()}};
  std::size_t end = 0;
  for (const auto& [name, array] : state.arrays()) {
    Json entry = place(viewOf(array), end);
    entry["name"] = name;
    entry["dtype"] = numpyName(array.dtype());
    entry["shape"] = array.shape();
    if (!array.ids().empty()) entry["ids"] = place(idsOf(array), end);
    header["arrays"].push_back(std::move(entry));
  }
  const std::string text = header.dump();
  if (text.size() > headerLimit) throw DataError("state", "header", "at most 16 MB of array names and shapes expected");
  const std::size_t start = aligned(preamble + text.size());
  Bytes bytes;
  bytes.reserve(start + end);
  append(bytes, magic);
  appendNumber(bytes, version);
  appendNumber(bytes, static_cast<std::uint32_t>(text.size()));
  appendNumber(bytes, crc32c(bytesOf(text)));
  appendNumber(bytes, std::uint32_t{0});
  append(bytes, text);
  for (const auto& [name, array] : state.arrays()) {
    bytes.resize(aligned(bytes.size()));
    append(bytes, viewOf(array));
    if (array.ids().empty()) continue;
    bytes.resize(aligned(bytes.size()));
    append(bytes, idsOf(array));
  }
  bytes.resize(start + end);
  return bytes;
}

/// One zstd frame with content size and checksum; empty if it would unpack to more than a reader allows.
Bytes packed(const Bytes& plain) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, zstdLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  Bytes bytes(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress2(context.get(), bytes.data(), bytes.size(), plain.data(), plain.size());
  if (ZSTD_isError(size) || size >= plain.size() || !mayExpand(size, plain.size())) return {};
  bytes.resize(size);
  return bytes;
}

bool isZstd(ByteView bytes) { return bytes.size() >= 4 && numberAt<std::uint32_t>(bytes, 0) == ZSTD_MAGICNUMBER; }

/// Memory grows with what really comes out, so that a false content size costs nothing.
Bytes unpacked(ByteView bytes, const std::string& name) {
  const unsigned long long claimed = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (claimed == ZSTD_CONTENTSIZE_UNKNOWN || claimed == ZSTD_CONTENTSIZE_ERROR)
    throw DataError(name, "byte 0", "a whole zstd frame with its content size expected");
  if (!mayExpand(bytes.size(), claimed))
    throw DataError(name, "byte 0", "content of a plausible size expected, not " + std::to_string(claimed) + " bytes");
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  Bytes plain;
  std::size_t filled = 0, left = 1;
  while (left != 0) {
    const std::size_t room = std::max<std::size_t>(2 * filled, std::size_t{1} << 20U);
    plain.resize(static_cast<std::size_t>(std::min<unsigned long long>(room, claimed)));
    ZSTD_outBuffer out{plain.data(), plain.size(), filled};
    left = ZSTD_decompressStream(context.get(), &out, &in);
    const bool stuck = left != 0 && out.pos == filled && (in.pos == in.size || filled == claimed);
    if (ZSTD_isError(left) || stuck)
      throw DataError(name, "byte " + std::to_string(in.pos), "undamaged zstd data expected");
    filled = out.pos;
  }
  if (filled != claimed || in.pos != in.size) throw DataError(name, "", "one whole zstd frame expected");
  return plain;
}

/// Reads entries of the header, refusing whatever does not agree with the bytes that are there.
class ContainerReader {
 public:
  ContainerReader(ByteView bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  State read() {
    const Json header = readHeader();
    State state;
    std::size_t i = 0;
    for (const Json& entry : header["arrays"]) {
      place_ = "array " + std::to_string(i++);
      readArray(entry, state);
    }
    place_ = "";
    if (data_.size() != end_) refuse("data of " + std::to_string(end_) + " bytes expected");
    return state;
  }

 private:
  [[noreturn]] void refuse(const std::string& expected) const { throw DataError(name_, place_, expected); }

  Json readHeader() {
    place_ = "byte 0";
    if (bytes_.size() < preamble || textOf(bytes_.first(magic.size())) != magic) refuse("a tensor container expected");
    if (numberAt<std::uint32_t>(bytes_, 8) != version) refuse("tensor container of version 1 expected");
    const std::size_t length = numberAt<std::uint32_t>(bytes_, 12);
    if (length > headerLimit || length > bytes_.size() - preamble) refuse("a whole header expected");
    const ByteView text = bytes_.subspan(preamble, length);
    if (crc32c(text) != numberAt<std::uint32_t>(bytes_, 16)) refuse("an undamaged header expected (CRC32C)");
    const std::size_t start = aligned(preamble + length);
    if (start <= bytes_.size()) data_ = bytes_.subspan(start);
    Json header = parseJson(textOf(text), name_);
    if (!header.is_object() || !header.contains("arrays") || !header["arrays"].is_array())
      refuse("a header with \"arrays\" expected");
    return header;
  }

  template <class T>
  T field(const Json& entry, const char* key) const {
    try {
      if constexpr (std::is_unsigned_v<T>)
        if (!entry.at(key).is_number_unsigned()) refuse(std::string(key) + " as a number from 0 up expected");
      return entry.at(key).get<T>();
    } catch (const Json::exception&) {
      refuse(std::string("a valid \"") + key + "\" expected");
    }
  }

  /// The bytes of {offset, bytes, crc32c}: blocks follow each other without gaps but for alignment.
  ByteView block(const Json& entry, std::size_t size) {
    if (!entry.is_object()) refuse("an object expected");
    const auto offset = field<std::uint64_t>(entry, "offset");
    if (field<std::uint64_t>(entry, "bytes") != size) refuse(std::to_string(size) + " bytes expected for its shape");
    if (offset != aligned(end_)) refuse("offset " + std::to_string(aligned(end_)) + " expected");
    if (offset > data_.size() || size > data_.size() - offset) refuse("data inside the file expected");
    const ByteView found = data_.subspan(offset, size);
    if (crc32c(found) != field<std::uint64_t>(entry, "crc32c")) refuse("undamaged data expected (CRC32C)");
    end_ = offset + size;
    return found;
  }

  std::vector<std::int64_t> shapeOf(const Json& entry) const {
    if (!entry.contains("shape") || !entry["shape"].is_array()) refuse("a valid \"shape\" expected");
    for (const Json& extent : entry["shape"])
      if (!extent.is_number_integer()) refuse("a shape of integers expected");
    return field<std::vector<std::int64_t>>(entry, "shape");
  }

  void readArray(const Json& entry, State& state) {
    if (!entry.is_object()) refuse("an object expected");
    const auto name = field<std::string>(entry, "name");
    if (state.has(name)) refuse("\"" + name + "\" once expected");
    place_ += " (\"" + name + "\")";
    const auto type = dtypeNamed(field<std::string>(entry, "dtype"));
    if (!type) refuse("dtype <f4, <f8, <i4, <i8 or |u1 expected");
    const std::vector<std::int64_t> shape = shapeOf(entry);
    const auto size = checkedBytes(*type, shape);
    if (!size) refuse("a plausible shape expected");
    const ByteView values = block(entry, *size);
    std::vector<std::int64_t> ids;
    if (entry.contains("ids")) {
      if (shape.empty() || shape[0] > std::numeric_limits<std::int32_t>::max()) refuse("ids of a first axis expected");
      const ByteView idBytes = block(entry["ids"], static_cast<std::size_t>(shape[0]) * sizeof(std::int64_t));
      ids.resize(static_cast<std::size_t>(shape[0]));
      if (!idBytes.empty()) std::memcpy(ids.data(), idBytes.data(), idBytes.size());
    }
    Array array(*type, shape, std::move(ids));
    if (!values.empty()) std::memcpy(array.mutableData(), values.data(), values.size());
    state.put(name, std::move(array));
  }

  ByteView bytes_;
  ByteView data_;
  std::size_t end_ = 0;
  const std::string& name_;
  std::string place_;
};

}  // namespace

std::vector<std::byte> encodeState(const State& state, bool compress) {
  Bytes plain = plainContainer(state);
  if (!compress) return plain;
  Bytes small = packed(plain);
  return small.empty() ? plain : small;
}

State decodeState(std::span<const std::byte> bytes, const std::string& name) {
  if (!isZstd(bytes)) return ContainerReader(bytes, name).read();
  const Bytes plain = unpacked(bytes, name);
  return ContainerReader(plain, name).read();
}

}  // namespace learnscope
