// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/png.h"

#include <png.h>

#include <cstring>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"

namespace learnscope {
namespace {

constexpr std::size_t kLargestFile = 16U << 20U;
constexpr std::size_t kHeaderEnd = 33;  // signature and IHDR

int bigEndian(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value > 0x7FFFFFFFU ? -1 : static_cast<int>(value);
}

}  // namespace

PngImage readPng(const std::string& path, int largest, bool headerOnly) {
  const std::string bytes = readFile(path, kLargestFile);
  static constexpr unsigned char signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (bytes.size() < kHeaderEnd || std::memcmp(bytes.data(), signature, sizeof signature) != 0)
    throw DataError(path, "byte 0", "a PNG picture expected");
  PngImage image;
  image.width = bigEndian(bytes, 16);
  image.height = bigEndian(bytes, 20);
  if (image.width < 1 || image.height < 1 || image.width > largest || image.height > largest)
    throw DataError(path, "byte 16",
                    "1 to " + std::to_string(largest) + " pixels a side expected, got " + std::to_string(image.width) +
                        " x " + std::to_string(image.height));
  if (headerOnly) return image;
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0)
    throw DataError(path, "", std::string("unreadable PNG picture: ") + png.message);
  png.format = PNG_FORMAT_RGB;
  std::vector<png_byte> pixels(PNG_IMAGE_SIZE(png));
  const png_color black{0, 0, 0};
  const bool read = png_image_finish_read(&png, &black, pixels.data(), 0, nullptr) != 0;
  const std::string reason = png.message;
  png_image_free(&png);
  if (!read) throw DataError(path, "", "unreadable PNG picture: " + reason);
  const auto plane = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  image.rgb.resize(3 * plane);
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) image.rgb[c * plane + i] = static_cast<float>(pixels[3 * i + c]) / 255.0f;
  return image;
}

Bytes encodePng(int width, int height, int channels, std::span<const std::uint8_t> pixels) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(width);
  png.height = static_cast<png_uint_32>(height);
  png.format = channels == 1 ? PNG_FORMAT_GRAY : channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  Bytes bytes(size);
  if (png_image_write_to_memory(&png, bytes.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
    throw Error(std::string("the picture cannot be encoded: ") + png.message, ExitStatus::Failed);
  bytes.resize(size);
  return bytes;
}

void writePng(const std::string& path, int width, int height, std::span<const std::uint8_t> rgba) {
  AtomicFile file(path);
  file.write(encodePng(width, height, 4, rgba));
  file.commit();
}

}  // namespace learnscope
