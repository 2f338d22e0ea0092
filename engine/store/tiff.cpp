// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/tiff.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <new>

namespace learnscope {
namespace {

constexpr std::size_t stripBytes = std::size_t{1} << 18U;
constexpr std::uint32_t headerBytes = 8;
enum Type : std::uint16_t { Ascii = 2, Short = 3, Long = 4, Rational = 5 };

/// A directory whose entries were added in the order of their tags; values that need more than four bytes lie behind
/// it.
class Directory {
 public:
  void add(std::uint16_t tag, Type type, std::uint32_t count, const Bytes& value) {
    entries_.push_back({tag, type, count, value});
  }
  void number(std::uint16_t tag, Type type, std::uint32_t value) {
    Bytes bytes;
    type == Short ? appendNumber(bytes, static_cast<std::uint16_t>(value)) : appendNumber(bytes, value);
    add(tag, type, 1, bytes);
  }
  void shorts(std::uint16_t tag, std::uint32_t count, std::uint16_t value) {
    Bytes bytes;
    for (std::uint32_t i = 0; i < count; ++i) appendNumber(bytes, value);
    add(tag, Short, count, bytes);
  }
  void longs(std::uint16_t tag, const std::vector<std::uint32_t>& values) {
    add(tag, Long, static_cast<std::uint32_t>(values.size()), [&] {
      Bytes bytes;
      append(bytes, std::as_bytes(std::span(values)));
      return bytes;
    }());
  }
  void text(std::uint16_t tag, const std::string& text) {
    Bytes bytes;
    append(bytes, text);
    bytes.push_back(std::byte{0});
    add(tag, Ascii, static_cast<std::uint32_t>(bytes.size()), bytes);
  }
  void appendTo(Bytes& file) const {
    std::size_t place = file.size() + 2 + 12 * entries_.size() + 4;
    Bytes behind;
    appendNumber(file, static_cast<std::uint16_t>(entries_.size()));
    for (const Entry& entry : entries_) {
      appendNumber(file, entry.tag);
      appendNumber(file, static_cast<std::uint16_t>(entry.type));
      appendNumber(file, entry.count);
      if (entry.value.size() <= 4) {
        append(file, entry.value);
        file.resize(file.size() + 4 - entry.value.size());
      } else {
        appendNumber(file, static_cast<std::uint32_t>(place + behind.size()));
        append(behind, entry.value);
        if (behind.size() % 2 != 0) behind.push_back(std::byte{0});
      }
    }
    appendNumber(file, std::uint32_t{0});
    append(file, behind);
  }

 private:
  struct Entry {
    std::uint16_t tag;
    Type type;
    std::uint32_t count;
    Bytes value;
  };
  std::vector<Entry> entries_;
};

}  // namespace

Bytes encodeTiff(int width, int height, int channels, std::span<const std::uint8_t> pixels, double dpi,
                 const std::string& description) {
  const auto row = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  const std::size_t rows = std::max<std::size_t>(1, stripBytes / row);
  Bytes file;
  append(file, "II");
  appendNumber(file, std::uint16_t{42});
  appendNumber(file, std::uint32_t{0});
  std::vector<std::uint32_t> offsets, sizes;
  for (std::size_t at = 0; at < pixels.size(); at += rows * row) {
    const std::span<const std::uint8_t> strip = pixels.subspan(at, std::min(rows * row, pixels.size() - at));
    Bytes packed(compressBound(static_cast<uLong>(strip.size())));
    auto size = static_cast<uLongf>(packed.size());
    if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, strip.data(), static_cast<uLong>(strip.size())) !=
        Z_OK)
      throw std::bad_alloc();
    offsets.push_back(static_cast<std::uint32_t>(file.size()));
    sizes.push_back(static_cast<std::uint32_t>(size));
    append(file, ByteView(packed).first(size));
    if (file.size() % 2 != 0) file.push_back(std::byte{0});
  }
  Bytes resolution;
  appendNumber(resolution, static_cast<std::uint32_t>(std::lround(dpi * 1000)));
  appendNumber(resolution, std::uint32_t{1000});

  Directory directory;
  directory.number(256, Long, static_cast<std::uint32_t>(width));
  directory.number(257, Long, static_cast<std::uint32_t>(height));
  directory.shorts(258, static_cast<std::uint32_t>(channels), 8);
  directory.number(259, Short, 8);  // zlib
  directory.number(262, Short, 2);  // red, green, blue
  directory.text(270, description);
  directory.longs(273, offsets);
  directory.number(277, Short, static_cast<std::uint32_t>(channels));
  directory.number(278, Long, static_cast<std::uint32_t>(rows));
  directory.longs(279, sizes);
  directory.add(282, Rational, 1, resolution);
  directory.add(283, Rational, 1, resolution);
  directory.number(296, Short, 2);  // dots an inch
  directory.text(305, "Learnscope " LEARNSCOPE_VERSION);
  if (channels == 4) directory.number(338, Short, 2);  // alpha, not premultiplied
  const auto place = static_cast<std::uint32_t>(file.size());
  std::memcpy(file.data() + headerBytes / 2, &place, sizeof place);
  directory.appendTo(file);
  return file;
}

}  // namespace learnscope
