// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "engine/store/bytes.h"

namespace learnscope {

/// Puts UTF-8 text into a PNG, as a compressed iTXt chunk right behind its header (PNG specification, 11.3.4.5).
/// `keyword` is 1 to 79 Latin-1 characters.
Bytes withPngText(ByteView png, const std::string& keyword, std::string_view text);

/// The text that withPngText() put in, or nothing if there is none under that keyword. Lengths are checked against the
/// bytes that are there, checksums are compared, and no more than `limit` bytes are unpacked. Throws DataError naming
/// `name` and the byte.
std::optional<std::string> pngText(ByteView png, const std::string& keyword, std::size_t limit,
                                   const std::string& name);

}  // namespace learnscope
