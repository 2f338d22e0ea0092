// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/png_text.h"

#include "engine/core/errors.h"
#include "engine/store/inflater.h"

namespace learnscope {
namespace {

constexpr std::string_view signature("\x89PNG\r\n\x1A\n", 8);
constexpr std::size_t headerEnd = 33;  // signature and IHDR
constexpr std::string_view textChunk = "iTXt";

void appendBigEndian(Bytes& to, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) to.push_back(static_cast<std::byte>(value >> shift & 0xFFU));
}

std::uint32_t bigEndian(ByteView bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<std::uint32_t>(bytes[at + i]);
  return value;
}

/// Over a chunk's type and data.
std::uint32_t checksum(ByteView bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string unpacked(ByteView packed, std::size_t limit, const std::string& name, const std::string& place) {
  Inflater inflater(MAX_WBITS);
  inflater.stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  inflater.stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  char block[1U << 14U];
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    inflater.stream.next_out = reinterpret_cast<Bytef*>(block);
    inflater.stream.avail_out = sizeof block;
    status = inflate(&inflater.stream, Z_NO_FLUSH);
    const std::size_t got = sizeof block - inflater.stream.avail_out;
    if ((status != Z_OK && status != Z_STREAM_END) || (status == Z_OK && got == 0))
      throw DataError(name, place, "whole compressed text expected");
    if (text.size() + got > limit)
      throw DataError(name, place, "text of at most " + std::to_string(limit) + " bytes expected");
    text.append(block, got);
  }
  return text;
}

}  // namespace

Bytes withPngText(ByteView png, const std::string& keyword, std::string_view text) {
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  Bytes packed(size);
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
               static_cast<uLong>(text.size())) != Z_OK)
    throw std::bad_alloc();
  Bytes chunk;
  append(chunk, textChunk);
  append(chunk, keyword);
  // Ends of keyword, language tag and translated keyword; a compressed text, by zlib.
  append(chunk, std::string_view("\0\1\0\0\0", 5));
  append(chunk, ByteView(packed).first(size));
  Bytes result(png.begin(), png.begin() + headerEnd);
  appendBigEndian(result, static_cast<std::uint32_t>(chunk.size() - textChunk.size()));
  append(result, chunk);
  appendBigEndian(result, checksum(chunk));
  append(result, png.subspan(headerEnd));
  return result;
}

std::optional<std::string> pngText(ByteView png, const std::string& keyword, std::size_t limit,
                                   const std::string& name) {
  if (png.size() < headerEnd || textOf(png.first(signature.size())) != signature)
    throw DataError(name, "byte 0", "a PNG picture expected");
  for (std::size_t at = signature.size(); at < png.size();) {
    const std::string place = std::string("byte ").append(std::to_string(at));
    if (png.size() - at < 12) throw DataError(name, place, "a whole chunk expected, the file ends here");
    const std::size_t length = bigEndian(png, at);
    if (length > png.size() - at - 12)
      throw DataError(name, place,
                      "a chunk of " + std::to_string(length) + " bytes expected, " +
                          std::to_string(png.size() - at - 12) + " are there");
    const ByteView chunk = png.subspan(at + 4, 4 + length);
    const std::string_view type = textOf(chunk.first(4)), data = textOf(chunk.subspan(4));
    if (type == "IEND") return std::nullopt;
    at += 12 + length;
    if (type != textChunk || data.substr(0, data.find('\0')) != keyword) continue;
    if (checksum(chunk) != bigEndian(png, at - 4)) throw DataError(name, place, "a chunk with its checksum expected");
    const std::size_t begin = keyword.size() + 5;
    if (data.size() < begin || data.substr(keyword.size(), 5) != std::string_view("\0\1\0\0\0", 5))
      throw DataError(name, place, "compressed text without a language expected");
    return unpacked(chunk.subspan(4 + begin), limit, name, place);
  }
  return std::nullopt;
}

}  // namespace learnscope
