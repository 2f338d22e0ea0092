// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/idx_file.h"

#include "engine/core/errors.h"
#include "engine/store/gzip.h"

namespace learnscope {
namespace {

constexpr std::size_t fileLimit = std::size_t{256} << 20U;

/// A big-endian 32-bit number at `offset`.
std::uint32_t numberAt(const std::string& bytes, std::size_t offset, const std::string& path, const char* what) {
  if (bytes.size() < offset + 4)
    throw DataError(path, "byte " + std::to_string(offset), std::string(what) + " expected, found the end of the file");
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<std::uint8_t>(bytes[offset + i]);
  return value;
}

std::string hexadecimal(std::uint32_t value) {
  static const char* digits = "0123456789abcdef";
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += digits[value >> static_cast<unsigned>(shift) & 0xFU];
  return text;
}

/// The extents after the magic number of `axes` axes of bytes, checked against the size of the file.
std::vector<std::uint32_t> extents(const std::string& bytes, const std::string& path, std::uint32_t axes) {
  const std::uint32_t wanted = 0x800U + axes, magic = numberAt(bytes, 0, path, "a magic number");
  if (magic != wanted)
    throw DataError(path, "byte 0",
                    hexadecimal(wanted) + " (unsigned bytes, " + std::to_string(axes) + " axes) expected, found " +
                        hexadecimal(magic));
  std::vector<std::uint32_t> result;
  std::uint64_t size = 1;
  for (std::uint32_t axis = 0; axis < axes; ++axis) {
    const std::size_t offset = 4 + 4 * axis;
    result.push_back(numberAt(bytes, offset, path, "the extent of an axis"));
    size *= result.back();
    if (size == 0 || size > fileLimit)
      throw DataError(path, "byte " + std::to_string(offset),
                      "1 to " + std::to_string(fileLimit) + " values in all expected, found " +
                          std::to_string(result.back()) + " on axis " + std::to_string(axis));
  }
  const std::size_t header = 4 + 4 * std::size_t{axes};
  if (bytes.size() != header + size)
    throw DataError(
        path, "byte " + std::to_string(std::min<std::uint64_t>(bytes.size(), header + size)),
        std::to_string(size) + " values after the header expected, found " + std::to_string(bytes.size() - header));
  return result;
}

}  // namespace

IdxImages readIdxImages(const std::string& path) {
  const std::string bytes = readMaybeGzip(path, fileLimit + 16);
  const std::vector<std::uint32_t> size = extents(bytes, path, 3);
  return {static_cast<int>(size[0]),
          static_cast<int>(size[1]),
          static_cast<int>(size[2]),
          {bytes.begin() + 16, bytes.end()}};
}

std::vector<std::uint8_t> readIdxLabels(const std::string& path) {
  const std::string bytes = readMaybeGzip(path, fileLimit + 8);
  extents(bytes, path, 1);
  return {bytes.begin() + 8, bytes.end()};
}

}  // namespace learnscope
