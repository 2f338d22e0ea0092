// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/store/bytes.h"

namespace learnscope::splats {

/// Inflates a gzip stream into memory that grows with what is there: at most `limit` bytes come out, the rest is not
/// inflated. Throws DataError naming `file` for a stream that is broken or cut before.
Bytes gunzip(ByteView packed, std::size_t limit, const std::string& file);
Bytes gzip(ByteView bytes);

/// Decompresses one zstd frame of exactly `size` bytes; throws DataError naming `file` and `place`.
Bytes unzstd(ByteView packed, std::size_t size, const std::string& file, const std::string& place);
Bytes zstd(ByteView bytes);

}  // namespace learnscope::splats
