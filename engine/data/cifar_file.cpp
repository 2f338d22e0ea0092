// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/cifar_file.h"

#include "engine/core/config.h"
#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr std::size_t fileLimit = std::size_t{256} << 20U;
constexpr std::size_t pixelBytes = 3 * 32 * 32, recordBytes = pixelBytes + 1;

}  // namespace

CifarImages readCifar(const std::string& path) {
  const std::string bytes = readFile(path, fileLimit);
  const std::size_t records = bytes.size() / recordBytes;
  if (bytes.empty() || bytes.size() % recordBytes != 0)
    throw DataError(path, "record " + std::to_string(records),
                    "whole records of " + std::to_string(recordBytes) +
                        " bytes (label, red, green, blue) expected, found " +
                        std::to_string(bytes.size() - records * recordBytes) + " bytes of one");
  CifarImages images;
  images.count = static_cast<int>(records);
  images.pixels.reserve(records * pixelBytes);
  for (std::size_t i = 0; i < records; ++i) {
    const auto label = static_cast<std::uint8_t>(bytes[i * recordBytes]);
    if (label > 9)
      throw DataError(path, "record " + std::to_string(i),
                      "a label of 0..9 expected, found " + std::to_string(static_cast<int>(label)));
    images.labels.push_back(label);
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(i * recordBytes + 1);
    images.pixels.insert(images.pixels.end(), first, first + static_cast<std::ptrdiff_t>(pixelBytes));
  }
  return images;
}

}  // namespace learnscope
