// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/jpeg.h"

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

#include "engine/core/config.h"
#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr std::size_t kLargestFile = 64U << 20U;

/// The library leaves by a jump, which may not pass over objects with destructors: decode() has none of its own.
struct Failure {
  jpeg_error_mgr base;  // first: the library knows only this part
  std::jmp_buf back;
  char text[JMSG_LENGTH_MAX];
};

void fail(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  info->err->format_message(info, failure->text);
  std::longjmp(failure->back, 1);
}

struct Target {
  std::vector<unsigned char>* pixels;  ///< [height][width][3]
  int width, height, largest;
  bool tooLarge;
};

bool decode(const std::string& bytes, Target* target, Failure* failure) {
  jpeg_decompress_struct info{};
  info.err = jpeg_std_error(&failure->base);
  failure->base.error_exit = fail;
  failure->base.output_message = [](j_common_ptr) {};
  if (setjmp(failure->back) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&info, TRUE);
  target->width = static_cast<int>(info.image_width);
  target->height = static_cast<int>(info.image_height);
  target->tooLarge = target->width > target->largest || target->height > target->largest;
  if (!target->tooLarge) {
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    const auto stride = static_cast<std::size_t>(info.output_width) * 3;
    target->pixels->resize(stride * info.output_height);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = target->pixels->data() + info.output_scanline * stride;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  const bool damaged = info.err->num_warnings > 0;  // data that end early are filled with grey
  if (damaged) info.err->format_message(reinterpret_cast<j_common_ptr>(&info), failure->text);
  jpeg_destroy_decompress(&info);
  return !damaged;
}

}  // namespace

PngImage readJpeg(const std::string& path, int largest) {
  const std::string bytes = readFile(path, kLargestFile);
  std::vector<unsigned char> pixels;
  Target target{&pixels, 0, 0, largest, false};
  Failure failure{};
  if (!decode(bytes, &target, &failure))
    throw DataError(path, "", std::string("unreadable JPEG picture: ") + failure.text);
  if (target.tooLarge)
    throw DataError(path, "header",
                    "1 to " + std::to_string(largest) + " pixels a side expected, got " + std::to_string(target.width) +
                        " x " + std::to_string(target.height));
  PngImage image;
  image.width = target.width;
  image.height = target.height;
  const std::size_t plane = pixels.size() / 3;
  image.rgb.resize(pixels.size());
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) image.rgb[c * plane + i] = static_cast<float>(pixels[3 * i + c]) / 255.0F;
  return image;
}

PngImage readPicture(const std::string& path, int largest) {
  char first[2]{};
  if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
    const bool read = std::fread(first, 1, sizeof first, file) == sizeof first;
    std::fclose(file);
    if (read && first[0] == '\xFF' && first[1] == '\xD8') return readJpeg(path, largest);
  }
  return readPng(path, largest);
}

}  // namespace learnscope
