// SPDX-License-Identifier: GPL-3.0-or-later
// The .splat format: records of 32 bytes without a header: position and linear scale (float each), red, green, blue,
// opacity (bytes, 255 = 1), quaternion w, x, y, z as bytes (b - 128) / 128.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/errors.h"
#include "engine/splats/rotation_codes.h"
#include "engine/splats/splat_file.h"

namespace learnscope::splats {
namespace {

constexpr std::size_t kRecord = 32;
constexpr std::size_t kBlockRecords = 32768;

void decodeRecord(const std::byte* record, std::size_t i, Gaussians& splats) {
  std::array<float, 6> numbers;
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(numbers.data(), record, sizeof numbers);
  std::memcpy(bytes.data(), record + sizeof numbers, sizeof bytes);
  Quaternion q;
  for (std::size_t k = 0; k < 4; ++k) q[k] = (bytes[4 + k] - 128) / 128.0;
  q = normalised(q);
  for (std::size_t k = 0; k < 3; ++k) {
    splats.position[k][i] = numbers[k];
    // A scale of 0 or below has no logarithm, and its splat is dropped.
    splats.logScale[k][i] = std::log(numbers[3 + k]);
    splats.colour[k][i] = static_cast<float>(bytes[k] / 255.0);
  }
  splats.opacity[i] = static_cast<float>(bytes[3] / 255.0);
  for (std::size_t k = 0; k < 4; ++k) splats.rotation[k][i] = static_cast<float>(q[k]);
}

std::byte rounded(double value) { return static_cast<std::byte>(std::clamp(std::floor(value + 0.5), 0.0, 255.0)); }

}  // namespace

LoadedSplats readSplatRecords(const ByteSource& source, const Progress& progress) {
  const std::uint64_t size = source.size();
  if (size == 0 || size % kRecord != 0)
    throw DataError(source.name(), "",
                    "not a .splat file (size " + std::to_string(size) + " is not a multiple of 32" +
                        (size == 0 ? " above 0)" : ")"));
  LoadedSplats loaded;
  loaded.format = SplatFormat::Splat;
  loaded.variant = "32-byte records";
  loaded.promised = size / kRecord;
  Bytes block = source.read(0, kRecord);
  if (const auto scale = numberAt<float>(block, 12); !(scale > 0))
    throw DataError(source.name(), "byte 12", "not a .splat file (the first scale is " + std::to_string(scale) + ")");
  loaded.splats.resize(loaded.promised, 0);
  for (std::size_t first = 0; first < loaded.promised; first += kBlockRecords) {
    progress.report(static_cast<double>(first) / static_cast<double>(loaded.promised), LS_TR("reading splats"));
    const std::size_t count = std::min(kBlockRecords, loaded.promised - first);
    block.resize(count * kRecord);
    source.read(first * kRecord, block);
    for (std::size_t i = 0; i < count; ++i) decodeRecord(block.data() + i * kRecord, first + i, loaded.splats);
  }
  return loaded;
}

Bytes encodeSplatRecords(const Gaussians& splats, const WriteOptions& options) {
  std::vector<std::size_t> order(splats.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (options.order == SplatOrder::Best) {
    std::vector<float> weight(splats.size());
    for (std::size_t i = 0; i < splats.size(); ++i)
      weight[i] = std::exp(splats.logScale[0][i] + splats.logScale[1][i] + splats.logScale[2][i]) * splats.opacity[i];
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weight[a] > weight[b]; });
  }
  Bytes out;
  out.reserve(splats.size() * kRecord);
  for (const std::size_t i : order) {
    for (const auto& axis : splats.position) appendNumber(out, axis[i]);
    for (const auto& axis : splats.logScale) appendNumber(out, std::exp(axis[i]));
    for (const auto& channel : splats.colour) out.push_back(rounded(255.0 * channel[i]));
    out.push_back(rounded(255.0 * splats.opacity[i]));
    const Quaternion q =
        normalised({splats.rotation[0][i], splats.rotation[1][i], splats.rotation[2][i], splats.rotation[3][i]});
    for (const double part : q) out.push_back(rounded(128 * part + 128));
  }
  return out;
}

}  // namespace learnscope::splats
