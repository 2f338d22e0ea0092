// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/errors.h"
#include "engine/splats/morton.h"
#include "engine/splats/ply.h"
#include "engine/splats/rotation_codes.h"

namespace learnscope::splats {
namespace {

constexpr std::size_t kChunk = 256;
constexpr double kLogScaleLimit = 20;
/// A chunk's range below this holds one value.
constexpr double kSmallestRange = 1e-5;
/// Bits of x, y, z in a packed position or scale, and where they lie.
constexpr std::array<std::uint32_t, 3> kBits{11, 10, 11}, kShift{21, 11, 0};

/// Columns of a chunk: minimum and maximum of x, y, z of positions, of scales, and of red, green, blue.
const std::vector<std::string>& chunkNames() {
  static const std::vector<std::string> names{"min_x",       "min_y",       "min_z",       "max_x",       "max_y",
                                              "max_z",       "min_scale_x", "min_scale_y", "min_scale_z", "max_scale_x",
                                              "max_scale_y", "max_scale_z", "min_r",       "min_g",       "min_b",
                                              "max_r",       "max_g",       "max_b"};
  return names;
}
constexpr std::size_t kUncoloured = 12, kColoured = 18;
constexpr std::array<const char*, 4> kWords{"packed_position", "packed_rotation", "packed_scale", "packed_color"};

double unit(std::uint32_t word, std::uint32_t shift, std::uint32_t bits) {
  const std::uint32_t most = (1U << bits) - 1;
  return (word >> shift & most) / static_cast<double>(most);
}

/// The bounds of one chunk, minimum then maximum of three components each.
struct Range {
  std::array<float, 6> bounds{};
  double value(std::size_t axis, double u) const {
    const double low = bounds[axis], high = bounds[axis + 3];
    return low + (high - low) * u;
  }
  std::uint32_t code(std::size_t axis, double value, std::uint32_t bits) const {
    const double low = bounds[axis], width = static_cast<double>(bounds[axis + 3]) - low;
    const double most = (1U << bits) - 1;
    return width < kSmallestRange
               ? 0
               : static_cast<std::uint32_t>(std::clamp(std::floor((value - low) / width * most + 0.5), 0.0, most));
  }
};

void checkElements(const ByteSource& source, const PlyHeader& header, const PlyElement& vertex) {
  const auto refuse = [&](const std::string& element, const std::string& text) {
    throw DataError(source.name(), "element " + element, text);
  };
  if (header.encoding != PlyEncoding::LittleEndian)
    throw DataError(source.name(), "header", "format binary_little_endian expected of a compressed PLY");
  const PlyElement* chunk = header.find("chunk");
  const std::uint64_t chunks = (vertex.count + kChunk - 1) / kChunk;
  if (!chunk || chunk->count != chunks)
    refuse("chunk", std::to_string(chunks) + " rows expected, found " + std::to_string(chunk ? chunk->count : 0));
  for (std::size_t k = 0; k < kUncoloured; ++k)
    if (!chunk->find(chunkNames()[k])) refuse("chunk", "property " + chunkNames()[k] + " expected, found none");
  for (const char* word : kWords) {
    const PlyProperty* property = vertex.find(word);
    if (!property || property->type != PlyType::UInt32)
      refuse("vertex", std::string("property uint ") + word + " expected, found none");
  }
  if (const PlyElement* sh = header.find("sh")) {
    if (sh->count != vertex.count)
      refuse("sh", std::to_string(vertex.count) + " rows expected, found " + std::to_string(sh->count));
    if (const auto columns = sh->properties.size(); columns != 9 && columns != 24 && columns != 45)
      refuse("sh", std::to_string(columns) + " columns; expected 9, 24 or 45");
  }
}

void decodeRow(const std::byte* row, const std::array<std::size_t, 4>& offsets, const std::array<Range, 3>& ranges,
               std::size_t i, Gaussians& splats) {
  std::array<std::uint32_t, 4> words;
  for (std::size_t k = 0; k < 4; ++k) std::memcpy(&words[k], row + offsets[k], 4);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    splats.position[axis][i] = static_cast<float>(ranges[0].value(axis, unit(words[0], kShift[axis], kBits[axis])));
    splats.logScale[axis][i] = static_cast<float>(ranges[1].value(axis, unit(words[2], kShift[axis], kBits[axis])));
    const auto shift = static_cast<std::uint32_t>(24 - 8 * axis);
    splats.colour[axis][i] = static_cast<float>(ranges[2].value(axis, unit(words[3], shift, 8)));
  }
  const Quaternion q = unpackRotation(words[1]);
  for (std::size_t k = 0; k < 4; ++k) splats.rotation[k][i] = static_cast<float>(q[k]);
  splats.opacity[i] = static_cast<float>(unit(words[3], 0, 8));
}

/// f = 8 (n - 1/2), n = (v + 1/2) / 256 except 0 and 1 at the ends.
float harmonicOf(std::uint8_t v) {
  const double n = v == 0 ? 0 : (v == 255 ? 1 : (v + 0.5) / 256);
  return static_cast<float>(8 * (n - 0.5));
}

void readHarmonics(const ByteSource& source, const PlyHeader& header, const Progress& progress, Gaussians& splats) {
  const PlyElement& sh = *header.find("sh");
  for (const PlyProperty& property : sh.properties)
    if (property.type != PlyType::UInt8 || property.list || !property.name.starts_with("f_rest_"))
      throw DataError(source.name(), "element sh", "property uchar f_rest_ expected, found " + property.name);
  const int n = 3 * splats.harmonicCount();
  std::vector<std::size_t> offsets;
  for (int k = 0; k < n; ++k) {
    const PlyProperty* property = sh.find("f_rest_" + std::to_string(k));
    if (!property) throw DataError(source.name(), "element sh", "property f_rest_" + std::to_string(k) + " expected");
    offsets.push_back(property->offset);
  }
  forEachPlyBlock(source, header, sh, progress, [&](std::size_t first, ByteView rows, std::size_t count) {
    for (int k = 0; k < n; ++k)
      for (std::size_t i = 0; i < count; ++i)
        splats.harmonic(first + i, 0, k) =
            harmonicOf(static_cast<std::uint8_t>(rows[i * sh.stride + offsets[static_cast<std::size_t>(k)]]));
  });
}

/// The rows of `splats` that make up a chunk, with their bounds.
struct Chunk {
  std::span<const std::size_t> members;
  std::array<Range, 3> ranges;
};

float clampedLogScale(float v) { return static_cast<float>(std::clamp<double>(v, -kLogScaleLimit, kLogScaleLimit)); }

Chunk chunkOf(const Gaussians& splats, std::span<const std::size_t> members) {
  Chunk chunk{members, {}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto bound = [&](Range& range, const auto& valueOf) {
      float low = valueOf(members[0]), high = low;
      for (const std::size_t i : members) {
        low = std::min(low, valueOf(i));
        high = std::max(high, valueOf(i));
      }
      range.bounds[axis] = low;
      range.bounds[axis + 3] = high;
    };
    bound(chunk.ranges[0], [&](std::size_t i) { return splats.position[axis][i]; });
    bound(chunk.ranges[1], [&](std::size_t i) { return clampedLogScale(splats.logScale[axis][i]); });
    bound(chunk.ranges[2], [&](std::size_t i) { return splats.colour[axis][i]; });
  }
  return chunk;
}

void encodeRow(const Gaussians& splats, std::size_t i, const std::array<Range, 3>& ranges, Bytes& out) {
  std::array<std::uint32_t, 4> words{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    words[0] |= ranges[0].code(axis, splats.position[axis][i], kBits[axis]) << kShift[axis];
    words[2] |= ranges[1].code(axis, clampedLogScale(splats.logScale[axis][i]), kBits[axis]) << kShift[axis];
    words[3] |= ranges[2].code(axis, splats.colour[axis][i], 8) << (24 - 8 * axis);
  }
  words[1] = packRotation({splats.rotation[0][i], splats.rotation[1][i], splats.rotation[2][i], splats.rotation[3][i]});
  words[3] |= static_cast<std::uint32_t>(std::clamp(std::floor(splats.opacity[i] * 255.0 + 0.5), 0.0, 255.0));
  append(out, std::as_bytes(std::span(words)));
}

std::string headerText(std::size_t chunks, std::size_t count, int harmonics) {
  std::string text = "ply\nformat binary_little_endian 1.0\nelement chunk " + std::to_string(chunks) + "\n";
  for (const std::string& name : chunkNames()) text += "property float " + name + "\n";
  text += "element vertex " + std::to_string(count) + "\n";
  for (const char* word : kWords) text += std::string("property uint ") + word + "\n";
  if (harmonics > 0) text += "element sh " + std::to_string(count) + "\n";
  for (int k = 0; k < harmonics; ++k) text += "property uchar f_rest_" + std::to_string(k) + "\n";
  return text + "end_header\n";
}

}  // namespace

LoadedSplats readCompressedPly(const ByteSource& source, const PlyHeader& header, const Progress& progress) {
  const PlyElement& vertex = *header.find("vertex");
  checkElements(source, header, vertex);
  const PlyElement& chunk = *header.find("chunk");
  const bool coloured = chunk.find("min_r") != nullptr;
  const std::vector<std::string> names(chunkNames().begin(),
                                       chunkNames().begin() + (coloured ? kColoured : kUncoloured));
  std::vector<std::vector<float>> bounds(names.size(), std::vector<float>(chunk.count));
  std::vector<float*> columns;
  for (auto& column : bounds) columns.push_back(column.data());
  readPlyColumns(source, header, chunk, names, columns, progress);

  LoadedSplats loaded;
  loaded.format = SplatFormat::CompressedPly;
  loaded.variant = coloured ? "chunks with colour bounds" : "chunks without colour bounds";
  loaded.promised = vertex.count;
  const PlyElement* sh = header.find("sh");
  const int degree = sh ? degreeOfColumns(source, *sh, static_cast<int>(sh->properties.size())) : 0;
  loaded.splats.resize(vertex.count, degree);
  std::array<std::size_t, 4> offsets;
  for (std::size_t k = 0; k < 4; ++k) offsets[k] = vertex.find(kWords[k])->offset;
  forEachPlyBlock(source, header, vertex, progress, [&](std::size_t first, ByteView rows, std::size_t count) {
    std::array<Range, 3> ranges;
    ranges[2].bounds = {0, 0, 0, 1, 1, 1};
    for (std::size_t i = first; i < first + count; ++i) {
      if (i == first || i % kChunk == 0)
        for (std::size_t k = 0; k < names.size(); ++k) ranges[k / 6].bounds[k % 6] = bounds[k][i / kChunk];
      decodeRow(rows.data() + (i - first) * vertex.stride, offsets, ranges, i, loaded.splats);
    }
  });
  if (degree > 0) readHarmonics(source, header, progress, loaded.splats);
  return loaded;
}

Bytes encodeCompressedPly(const Gaussians& splats, const WriteOptions& options) {
  const int degree = std::min(options.degree, splats.degree()), n = harmonicsOf(degree);
  std::vector<std::size_t> order(splats.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (options.order == SplatOrder::Best) order = mortonOrder(splats.position);
  std::vector<Chunk> chunks;
  for (std::size_t first = 0; first < order.size(); first += kChunk)
    chunks.push_back(chunkOf(splats, std::span(order).subspan(first, std::min(kChunk, order.size() - first))));
  Bytes out;
  append(out, headerText(chunks.size(), splats.size(), 3 * n));
  for (const Chunk& chunk : chunks)
    for (const Range& range : chunk.ranges) append(out, std::as_bytes(std::span(range.bounds)));
  for (const Chunk& chunk : chunks)
    for (const std::size_t i : chunk.members) encodeRow(splats, i, chunk.ranges, out);
  for (const std::size_t i : order)
    for (int c = 0; c < 3 && n > 0; ++c)
      for (int j = 0; j < n; ++j) {
        const double code = std::trunc(256 * (static_cast<double>(splats.harmonic(i, c, j)) / 8 + 0.5));
        out.push_back(static_cast<std::byte>(std::clamp(code, 0.0, 255.0)));
      }
  return out;
}

}  // namespace learnscope::splats
