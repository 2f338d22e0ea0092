// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/core/errors.h"
#include "engine/splats/inflate.h"
#include "engine/splats/rotation_codes.h"
#include "engine/splats/splat_file.h"
#include "engine/splats/spz_layout.h"

namespace learnscope::splats {
namespace {

constexpr std::size_t kSlack = 64 << 10;        // inflated bytes behind the arrays, for extensions
constexpr std::uint64_t kBestRatio = 1032;      // of deflate
constexpr std::uint64_t kSplatsPerByte = 1024;  // of version 4, at most
constexpr std::uint64_t kFileLimit = std::uint64_t{1} << 34;

struct Header {
  std::uint32_t version = 0, count = 0;
  int degree = 0, fractionalBits = 0;
  std::uint8_t flags = 0;
};

using Arrays = std::array<ByteView, 6>;

template <class T>
void require(bool holds, const ByteSource& source, const char* field, T found, const std::string& expected) {
  if (!holds)
    throw DataError(source.name(), std::string("field ") + field,
                    expected + " expected, found " + std::to_string(found));
}

Header headerOf(const ByteSource& source, ByteView bytes, std::uint32_t lowest, std::uint32_t highest) {
  if (bytes.size() < kSpzHeader)
    throw DataError(source.name(), "header", "16 bytes expected, found " + std::to_string(bytes.size()));
  Header header;
  require(numberAt<std::uint32_t>(bytes, 0) == kSpzMagic, source, "magic", numberAt<std::uint32_t>(bytes, 0),
          "\"NGSP\" (" + std::to_string(kSpzMagic) + ")");
  header.version = numberAt<std::uint32_t>(bytes, 4);
  require(header.version >= lowest && header.version <= highest, source, "version", header.version,
          lowest == highest ? std::to_string(lowest) : std::to_string(lowest) + " to " + std::to_string(highest));
  header.count = numberAt<std::uint32_t>(bytes, 8);
  require(header.count >= 1, source, "numPoints", header.count, "at least 1");
  header.degree = numberAt<std::uint8_t>(bytes, 12);
  require(header.degree <= 4, source, "shDegree", header.degree, "0 to 4");
  header.fractionalBits = numberAt<std::uint8_t>(bytes, 13);
  require(header.fractionalBits <= 24, source, "fractionalBits", header.fractionalBits, "0 to 24");
  header.flags = numberAt<std::uint8_t>(bytes, 14);
  return header;
}

float fromHalf(std::uint16_t half) {
  const int exponent = half >> 10U & 0x1F, mantissa = half & 0x3FF;
  double value = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  if (exponent == 31) value = mantissa ? std::nan("") : INFINITY;
  return static_cast<float>(half & 0x8000U ? -value : value);
}

std::int32_t int24At(ByteView bytes, std::size_t offset) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(bytes[offset + k]); };
  return static_cast<std::int32_t>((byte(0) | byte(1) << 8U | byte(2) << 16U) << 8U) >> 8;
}

double byteAt(ByteView bytes, std::size_t offset) { return static_cast<double>(bytes[offset]); }

Quaternion rotationOf(ByteView bytes, std::uint32_t version, std::size_t i) {
  Quaternion q;  // x, y, z, w
  if (version >= 3) return unpackSpzRotation(numberAt<std::uint32_t>(bytes, 4 * i));
  double squares = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    q[k] = byteAt(bytes, 3 * i + k) / 127.5 - 1;
    squares += q[k] * q[k];
  }
  q[3] = std::sqrt(std::max(0.0, 1 - squares));
  return normalised(q);
}

void decode(const Header& header, const Arrays& arrays, const Progress& progress, Gaussians& splats) {
  const int fileHarmonics = static_cast<int>(spzWidths(header.version, header.degree)[5] / 3);
  for (std::size_t i = 0; i < header.count; ++i) {
    if (i % 16384 == 0) progress.report(static_cast<double>(i) / header.count, LS_TR("reading splats"));
    for (std::size_t k = 0; k < 3; ++k) {
      splats.position[k][i] =
          header.version == 1
              ? fromHalf(numberAt<std::uint16_t>(arrays[0], 6 * i + 2 * k))
              : static_cast<float>(std::ldexp(int24At(arrays[0], 9 * i + 3 * k), -header.fractionalBits));
      splats.colour[k][i] =
          static_cast<float>(0.5 + kBand0 * (byteAt(arrays[2], 3 * i + k) / 255 - 0.5) / kSpzColourScale);
      splats.logScale[k][i] = static_cast<float>(byteAt(arrays[3], 3 * i + k) / 16 - 10);
    }
    splats.opacity[i] = static_cast<float>(byteAt(arrays[1], i) / 255);
    const Quaternion q = rotationOf(arrays[4], header.version, i);
    for (std::size_t k = 0; k < 4; ++k) splats.rotation[k][i] = static_cast<float>(q[(k + 3) % 4]);
    for (int j = 0; j < splats.harmonicCount(); ++j)
      for (int c = 0; c < 3; ++c) {
        const auto place = (i * static_cast<std::size_t>(fileHarmonics) + static_cast<std::size_t>(j)) * 3 +
                           static_cast<std::size_t>(c);
        splats.harmonic(i, c, j) = static_cast<float>((byteAt(arrays[5], place) - 128) / 128);
      }
  }
}

/// Which way x, y, z point (bits 0, 1, 2: right, up, front) according to the extensions; the default is right, up,
/// back.
int axesOf(const ByteSource& source, ByteView extensions) {
  int axes = 3;
  while (!extensions.empty()) {
    if (extensions.size() < 8) throw DataError(source.name(), "extensions", "a type and a length expected");
    const auto type = numberAt<std::uint32_t>(extensions, 0), length = numberAt<std::uint32_t>(extensions, 4);
    if (length > extensions.size() - 8)
      throw DataError(
          source.name(), "extensions",
          std::to_string(length) + " bytes of payload expected, found " + std::to_string(extensions.size() - 8));
    if (type == kSpzAxes) {
      if (length < 4) throw DataError(source.name(), "extension axes", "4 bytes expected");
      const auto code = numberAt<std::uint32_t>(extensions, 8);
      require(code <= 8, source, "axes", code,
              "0 to 8 (axes that are not x left-right, y up-down, z front-back are not read)");
      if (code > 0) axes = static_cast<int>(code) - 1;
    }
    extensions = extensions.subspan(8 + length);
  }
  return axes;
}

LoadedSplats finished(const ByteSource& source, const Header& header, const Arrays& arrays, ByteView extensions,
                      const Progress& progress) {
  const int axes = header.flags & kSpzExtensions ? axesOf(source, extensions) : 3;
  LoadedSplats loaded;
  loaded.format = SplatFormat::Spz;
  loaded.variant = "version " + std::to_string(header.version);
  loaded.promised = header.count;
  loaded.antialiased = header.flags & kSpzAntialiased;
  loaded.splats.resize(header.count, std::min(header.degree, 3));
  if (header.degree == 4) loaded.notes.emplace_back(LS_TR("Harmonics of degree 4: the fourth band is dropped."));
  decode(header, arrays, progress, loaded.splats);
  loaded.splats.mirror({axes & 1 ? 1 : -1, axes & 2 ? -1 : 1, axes & 4 ? 1 : -1});
  return loaded;
}

LoadedSplats readGzipped(const ByteSource& source, ByteView packed, const Progress& progress) {
  const Header header = headerOf(source, gunzip(packed, kSpzHeader, source.name()), 1, 3);
  std::uint64_t expected = kSpzHeader;
  const auto widths = spzWidths(header.version, header.degree);
  for (const std::size_t width : widths) expected += header.count * width;
  require(expected <= kBestRatio * packed.size() + kSlack, source, "numPoints", header.count,
          "at most what " + std::to_string(packed.size()) + " bytes can hold");
  const Bytes bytes = gunzip(packed, expected + kSlack, source.name());
  if (bytes.size() < expected)
    throw DataError(source.name(), "field numPoints",
                    std::to_string(header.count) + " splats need " + std::to_string(expected) +
                        " bytes, the stream holds " + std::to_string(bytes.size()));
  Arrays arrays;
  std::size_t at = kSpzHeader;
  for (std::size_t k = 0; k < 6; ++k) {
    arrays[k] = ByteView(bytes).subspan(at, header.count * widths[k]);
    at += header.count * widths[k];
  }
  if (at != bytes.size() && !(header.flags & kSpzExtensions))
    throw DataError(source.name(), "inflated byte " + std::to_string(at), "the end of the stream expected");
  return finished(source, header, arrays, ByteView(bytes).subspan(at), progress);
}

LoadedSplats readStreams(const ByteSource& source, ByteView bytes, const Progress& progress) {
  const Header header = headerOf(source, bytes, 4, 4);
  if (bytes.size() < kSpzHeader4)
    throw DataError(source.name(), "header", "32 bytes expected, found " + std::to_string(bytes.size()));
  require(header.count <= kSplatsPerByte * bytes.size(), source, "numPoints", header.count,
          "at most 1024 a byte of the file");
  const auto streams = numberAt<std::uint8_t>(bytes, 15);
  const auto toc = numberAt<std::uint32_t>(bytes, 16);
  const int wanted = header.degree == 0 ? 5 : 6;
  require(streams == wanted, source, "numStreams", streams, std::to_string(wanted));
  require(toc >= kSpzHeader4 && toc <= bytes.size() && bytes.size() - toc >= 16U * streams, source, "tocOffset", toc,
          "32 to " + std::to_string(bytes.size()) + " with a table behind it");
  const auto widths = spzWidths(header.version, header.degree);
  std::array<Bytes, 6> unpacked;
  Arrays arrays;
  std::uint64_t at = toc + 16U * streams;
  for (std::size_t k = 0; k < streams; ++k) {
    const std::string place = "stream " + std::to_string(k);
    const auto packed = numberAt<std::uint64_t>(bytes, toc + 16 * k),
               raw = numberAt<std::uint64_t>(bytes, toc + 16 * k + 8);
    if (raw != header.count * widths[k])
      throw DataError(source.name(), place,
                      std::to_string(header.count * widths[k]) + " raw bytes expected, found " + std::to_string(raw));
    if (packed > bytes.size() - at)
      throw DataError(source.name(), place,
                      std::to_string(packed) + " bytes expected, the file has " + std::to_string(bytes.size() - at));
    unpacked[k] = unzstd(bytes.subspan(at, packed), raw, source.name(), place);
    arrays[k] = unpacked[k];
    at += packed;
  }
  if (at != bytes.size())
    throw DataError(source.name(), "byte " + std::to_string(at), "the end of the file expected behind the streams");
  return finished(source, header, arrays, bytes.subspan(kSpzHeader4, toc - kSpzHeader4), progress);
}

}  // namespace

LoadedSplats readSpz(const ByteSource& source, const Progress& progress) {
  if (source.size() > kFileLimit)
    throw DataError(source.name(), "", "at most 16 GB expected, found " + std::to_string(source.size()) + " bytes");
  const Bytes bytes = source.read(0, source.size());
  if (textOf(bytes).starts_with("\x1f\x8b")) return readGzipped(source, bytes, progress);
  return readStreams(source, bytes, progress);
}

}  // namespace learnscope::splats
