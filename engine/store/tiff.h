// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/store/bytes.h"

namespace learnscope {

/// An 8-bit picture, [height][width][channels] with 3 (red, green, blue) or 4 channels (and alpha, not premultiplied),
/// as a TIFF file compressed by zlib, with its resolution in dots an inch and a description (UTF-8). Throws Error.
Bytes encodeTiff(int width, int height, int channels, std::span<const std::uint8_t> pixels, double dpi,
                 const std::string& description);

}  // namespace learnscope
