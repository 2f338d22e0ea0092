// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/core/state.h"

namespace learnscope {

/// The house's container of named arrays: 8-byte magic, version, bounded JSON header, 64-byte aligned data, CRC32C per array.
/// Optionally zstd-compressed as a whole. Everything is checked before anything is allocated. Throws DataError.
std::vector<std::byte> encodeState(const State& state, bool compress);
State decodeState(std::span<const std::byte> bytes, const std::string& name);

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

}  // namespace learnscope
