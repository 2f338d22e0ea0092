// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace learnscope::splats {

using Quaternion = std::array<double, 4>;

/// `q` of length 1; not finite where q has no direction.
Quaternion normalised(const Quaternion& q);

// "Smallest three" codes of 32 bits: the index of the largest component in bits 31-30, the others in rising index at
// bits 20, 10 and 0. The largest is made positive, so it follows from the others.

/// PlayCanvas compressed PLY: q = (w, x, y, z); each other component a as floor((a / sqrt 2 + 1/2) 1023 + 1/2).
std::uint32_t packRotation(const Quaternion& q);
Quaternion unpackRotation(std::uint32_t code);

/// .spz version 3 and 4: q = (x, y, z, w); each other component as a sign (bit 9) and round(511 sqrt 2 |a|).
std::uint32_t packSpzRotation(const Quaternion& q);
Quaternion unpackSpzRotation(std::uint32_t code);

}  // namespace learnscope::splats
