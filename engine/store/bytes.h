// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace learnscope {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

// The formats are little-endian; numbers are copied as they lie in memory.
static_assert(std::endian::native == std::endian::little);

inline ByteView bytesOf(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view textOf(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline void append(Bytes& to, ByteView bytes) {
  if (bytes.empty()) return;
  const std::size_t before = to.size();
  to.resize(before + bytes.size());
  std::memcpy(to.data() + before, bytes.data(), bytes.size());
}
inline void append(Bytes& to, std::string_view text) { append(to, bytesOf(text)); }

/// Appends a number's little-endian bytes.
template <class T>
requires std::is_arithmetic_v<T>
void appendNumber(Bytes& to, T value) { append(to, std::as_bytes(std::span(&value, 1))); }

/// The number at `offset`, which must lie inside.
template <class T>
T numberAt(ByteView bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace learnscope
