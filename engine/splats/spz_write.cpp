// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/splats/inflate.h"
#include "engine/splats/rotation_codes.h"
#include "engine/splats/splat_file.h"
#include "engine/splats/spz_layout.h"

namespace learnscope::splats {
namespace {

constexpr double kLargestPosition = 1 << (23 - kSpzFractionalBits);

std::byte rounded(double value) { return static_cast<std::byte>(std::clamp(std::round(value), 0.0, 255.0)); }

void appendPosition(const Gaussians& splats, std::size_t i, std::size_t axis, const std::string& name, Bytes& out) {
  const double value = splats.position[axis][i];
  if (!(std::abs(value) < kLargestPosition))
    throw DataError(name, "splat " + std::to_string(i),
                    "positions within 2048 units of 0 are what .spz can hold, found " + std::to_string(value));
  const auto code = static_cast<std::uint32_t>(
      std::clamp<long>(std::lround(std::ldexp(value, kSpzFractionalBits)), -(1L << 23U), (1L << 23U) - 1));
  for (unsigned k = 0; k < 3; ++k) out.push_back(static_cast<std::byte>(code >> (8 * k) & 0xFFU));
}

/// Harmonics are rounded to buckets of 8 codes (band 1) or 16, which compress well.
std::byte harmonicCode(float value, int j) {
  const int bucket = j < 3 ? 8 : 16;
  const double code = std::round(static_cast<double>(value) * 128 / bucket) * bucket + 128;
  return static_cast<std::byte>(std::clamp(code, 0.0, 255.0));
}

/// The six arrays of splats in .spz's axes (right, up, back: y and z change sign).
std::array<Bytes, 6> arraysOf(const Gaussians& splats, int degree, const std::string& name) {
  Gaussians turned = splats;
  turned.mirror({1, -1, -1});
  std::array<Bytes, 6> arrays;
  const int n = harmonicsOf(degree);
  for (std::size_t i = 0; i < turned.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      appendPosition(turned, i, k, name, arrays[0]);
      const double dc = (static_cast<double>(turned.colour[k][i]) - 0.5) / kBand0;
      arrays[2].push_back(rounded((dc * kSpzColourScale + 0.5) * 255));
      arrays[3].push_back(rounded((static_cast<double>(turned.logScale[k][i]) + 10) * 16));
    }
    arrays[1].push_back(rounded(255.0 * turned.opacity[i]));
    const auto& q = turned.rotation;
    appendNumber(arrays[4], packSpzRotation({q[1][i], q[2][i], q[3][i], q[0][i]}));
    for (int j = 0; j < n; ++j)
      for (int c = 0; c < 3; ++c) arrays[5].push_back(harmonicCode(turned.harmonic(i, c, j), j));
  }
  return arrays;
}

}  // namespace

Bytes encodeSpz(const Gaussians& splats, const WriteOptions& options, const std::string& name) {
  if (options.spzVersion != 3 && options.spzVersion != 4)
    throw ConfigError("/spzVersion", std::to_string(options.spzVersion), "3 or 4");
  if (splats.size() > 0xFFFFFFFFULL) throw DataError(name, "", "fewer than 2^32 splats expected");
  const int degree = std::min(options.degree, splats.degree());
  const std::array<Bytes, 6> arrays = arraysOf(splats, degree, name);
  const std::uint8_t streams = degree == 0 ? 5 : 6;
  Bytes out;
  appendNumber(out, kSpzMagic);
  appendNumber(out, static_cast<std::uint32_t>(options.spzVersion));
  appendNumber(out, static_cast<std::uint32_t>(splats.size()));
  appendNumber(out, static_cast<std::uint8_t>(degree));
  appendNumber(out, static_cast<std::uint8_t>(kSpzFractionalBits));
  appendNumber(out, options.antialiased ? kSpzAntialiased : std::uint8_t{0});
  if (options.spzVersion == 3) {
    appendNumber(out, std::uint8_t{0});
    for (const Bytes& array : arrays) append(out, array);
    return gzip(out);
  }
  appendNumber(out, streams);
  appendNumber(out, static_cast<std::uint32_t>(kSpzHeader4));
  out.resize(kSpzHeader4);
  std::array<Bytes, 6> packed;
  for (std::size_t k = 0; k < streams; ++k) {
    packed[k] = zstd(arrays[k]);
    appendNumber(out, static_cast<std::uint64_t>(packed[k].size()));
    appendNumber(out, static_cast<std::uint64_t>(arrays[k].size()));
  }
  for (std::size_t k = 0; k < streams; ++k) append(out, packed[k]);
  return out;
}

}  // namespace learnscope::splats
