// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/core/state.h"

namespace learnscope {

/// The house's container of named arrays: 8-byte magic, version, bounded JSON header, 64-byte aligned data, CRC32C per
/// array; the bytes are described in resources/docs/run-file.md. Optionally zstd-compressed as a whole (a plain zstd
/// frame). Everything is checked before anything is allocated: no claim makes it allocate more than the bytes that are
/// there. Throws DataError naming `name` and the place.
std::vector<std::byte> encodeState(const State& state, bool compress);
State decodeState(std::span<const std::byte> bytes, const std::string& name);

/// CRC32C (Castagnoli; RFC 3720); `seed` is the value over the bytes before. Uses the processor's instruction where it
/// exists.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);
/// The same by tables, as used on processors without the instruction.
std::uint32_t crc32cPortable(std::span<const std::byte> bytes, std::uint32_t seed = 0);

}  // namespace learnscope
