// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace learnscope::splats {

inline constexpr std::uint32_t kSpzMagic = 0x5053474E;  ///< "NGSP"
inline constexpr std::size_t kSpzHeader = 16;           ///< bytes in front of the arrays, versions 1 to 3
inline constexpr std::size_t kSpzHeader4 = 32;          ///< of version 4
inline constexpr std::uint8_t kSpzAntialiased = 1, kSpzExtensions = 2;
inline constexpr std::uint32_t kSpzAxes = 0xADBE0003;  ///< the extension that names the axes
inline constexpr double kSpzColourScale = 0.15;        ///< f_dc = (b / 255 - 1/2) / 0.15
inline constexpr int kSpzFractionalBits = 12;          ///< of positions we write

/// Bytes a splat of the six arrays, in their order: positions, alphas, colours, scales, rotations, harmonics.
inline std::array<std::size_t, 6> spzWidths(std::uint32_t version, int degree) {
  constexpr std::array<std::size_t, 5> harmonics{0, 3, 8, 15, 24};
  return {version == 1 ? 6U : 9U, 1, 3, 3, version < 3 ? 3U : 4U, 3 * harmonics[static_cast<std::size_t>(degree)]};
}

}  // namespace learnscope::splats
