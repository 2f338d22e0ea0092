// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/rotation_codes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace learnscope::splats {
namespace {

using std::numbers::sqrt2;

std::size_t largestOf(const Quaternion& q) {
  std::size_t largest = 0;
  for (std::size_t k = 1; k < 4; ++k)
    if (std::abs(q[k]) > std::abs(q[largest])) largest = k;
  return largest;
}

template <class F>
std::uint32_t pack(const Quaternion& given, const F& codeOf) {
  const Quaternion q = normalised(given);
  const std::size_t largest = largestOf(q);
  const double sign = q[largest] < 0 ? -1 : 1;
  auto code = static_cast<std::uint32_t>(largest);
  for (std::size_t k = 0; k < 4; ++k)
    if (k != largest) code = code << 10U | codeOf(sign * q[k]);
  return code;
}

template <class F>
Quaternion unpack(std::uint32_t code, const F& valueOf) {
  const std::size_t largest = code >> 30U;
  Quaternion q{};
  double squares = 0;
  std::uint32_t shift = 20;
  for (std::size_t k = 0; k < 4; ++k) {
    if (k == largest) continue;
    q[k] = valueOf((code >> shift) & 0x3FFU);
    squares += q[k] * q[k];
    shift -= 10;
  }
  q[largest] = std::sqrt(std::max(0.0, 1 - squares));
  return q;
}

}  // namespace

Quaternion normalised(const Quaternion& q) {
  const double length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  return {q[0] / length, q[1] / length, q[2] / length, q[3] / length};
}

std::uint32_t packRotation(const Quaternion& q) {
  return pack(q, [](double a) {
    return static_cast<std::uint32_t>(std::clamp(std::floor((a / sqrt2 + 0.5) * 1023 + 0.5), 0.0, 1023.0));
  });
}

Quaternion unpackRotation(std::uint32_t code) {
  return unpack(code, [](std::uint32_t bits) { return (bits / 1023.0 - 0.5) * sqrt2; });
}

std::uint32_t packSpzRotation(const Quaternion& q) {
  return pack(q, [](double a) {
    const auto magnitude = static_cast<std::uint32_t>(std::min(511.0, std::round(511 * sqrt2 * std::abs(a))));
    return magnitude | (a < 0 ? 0x200U : 0U);
  });
}

Quaternion unpackSpzRotation(std::uint32_t code) {
  return unpack(code, [](std::uint32_t bits) {
    const double magnitude = (bits & 0x1FFU) / 511.0 / sqrt2;
    return bits & 0x200U ? -magnitude : magnitude;
  });
}

}  // namespace learnscope::splats
