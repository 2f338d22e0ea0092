// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cstring>

#include "engine/store/tensor_container.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace learnscope {
namespace {

// Castagnoli's polynomial 0x1EDC6F41, bits reversed (RFC 3720, appendix B.4).
constexpr std::uint32_t polynomial = 0x82F63B78U;

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables makeTables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) ? polynomial : 0U);
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t i = 0; i < 256; ++i) tables[k][i] = (tables[k - 1][i] >> 8U) ^ tables[0][tables[k - 1][i] & 0xFFU];
  return tables;
}

constexpr Tables tables = makeTables();

/// Eight bytes a round: table k holds the effect of a byte that k more bytes follow.
std::uint32_t crcByTable(std::uint32_t crc, const std::byte* at, std::size_t n) {
  for (; n >= 8; n -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xFFU];
  }
  for (; n > 0; --n, ++at) crc = (crc >> 8U) ^ tables[0][(crc ^ static_cast<std::uint32_t>(*at)) & 0xFFU];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crcByInstruction(std::uint32_t crc, const std::byte* at,
                                                                 std::size_t n) {
  std::uint64_t wide = crc;
  for (; n >= 8; n -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (; n > 0; --n, ++at) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*at));
  return crc;
}
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed) {
#if defined(__x86_64__)
  static const bool instruction = __builtin_cpu_supports("sse4.2");
  if (instruction) return ~crcByInstruction(~seed, bytes.data(), bytes.size());
#endif
  return ~crcByTable(~seed, bytes.data(), bytes.size());
}

std::uint32_t crc32cPortable(std::span<const std::byte> bytes, std::uint32_t seed) {
  return ~crcByTable(~seed, bytes.data(), bytes.size());
}

}  // namespace learnscope
