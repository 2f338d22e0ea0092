// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/store/png.h"

namespace learnscope {

/// Reads a JPEG file as red, green and blue, at most `largest` pixels a side. Throws DataError naming the file, or
/// IoError.
PngImage readJpeg(const std::string& path, int largest);

/// A PNG or JPEG file, known by its first bytes. Throws DataError, IoError.
PngImage readPicture(const std::string& path, int largest);

}  // namespace learnscope
