// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace learnscope {

struct PngImage {
  int width = 0, height = 0;
  std::vector<float> rgb;  ///< [3][height][width], 0..1; empty if only the header was read
};

/// Reads a PNG file of any colour type as red, green and blue over black, at most `largest` pixels a side; with
/// `headerOnly` the size alone. Throws DataError naming the file, or IoError.
PngImage readPng(const std::string& path, int largest, bool headerOnly = false);

/// An 8-bit picture, [height][width][channels], as PNG: 1 channel is grey, 3 are red, green, blue, and the fourth is
/// alpha (not premultiplied).
std::vector<std::byte> encodePng(int width, int height, int channels, std::span<const std::uint8_t> pixels);
/// Writes 8-bit red, green, blue, alpha (not premultiplied), [height][width][4], whole or not at all. Throws IoError.
void writePng(const std::string& path, int width, int height, std::span<const std::uint8_t> rgba);

}  // namespace learnscope
