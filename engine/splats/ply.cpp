// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/ply.h"

#include <algorithm>
#include <cmath>

#include "engine/core/errors.h"

namespace learnscope::splats {
namespace {

constexpr std::uint64_t kMostSplats = std::uint64_t{1} << 30;

std::string numbered(const std::string& prefix, int k) { return prefix + std::to_string(k); }

std::string encodingName(PlyEncoding encoding) {
  if (encoding == PlyEncoding::Ascii) return "ascii";
  return encoding == PlyEncoding::BigEndian ? "binary big-endian" : "binary little-endian";
}

/// Refuses a count that the bytes of the file cannot hold, before anything is allocated.
void checkCount(const ByteSource& source, const PlyHeader& header, const PlyElement& vertex) {
  if (header.encoding != PlyEncoding::Ascii) {
    header.checkSize(source);
  } else {
    // A value takes a digit and a separator.
    const std::uint64_t held =
        (source.size() - header.dataOffset + 1) / 2 / std::max<std::size_t>(1, vertex.properties.size());
    if (vertex.count > held || vertex.hasLists())
      throw DataError(source.name(), "element vertex",
                      vertex.hasLists() ? "no lists expected"
                                        : "truncated PLY: header promises " + std::to_string(vertex.count) +
                                              " splats, file holds at most " + std::to_string(held));
  }
  if (vertex.count == 0) throw DataError(source.name(), "element vertex", "at least one splat expected, found 0");
  if (vertex.count > kMostSplats)
    throw DataError(source.name(), "element vertex",
                    "at most 2^30 splats expected, found " + std::to_string(vertex.count));
}

void checkParts(const ByteSource& source, const PlyElement& vertex) {
  const auto refuse = [&](const std::string& text) { throw DataError(source.name(), "element vertex", text); };
  const int scales = vertex.countOf("scale_"), rotations = vertex.countOf("rot_");
  if (scales != 3 && scales != 2) refuse("scale_ has " + std::to_string(scales) + " columns; expected 3 (or 2)");
  if (rotations != 4) refuse("rot_ has " + std::to_string(rotations) + " columns; expected 4");
}

/// From what a file holds to what Gaussians hold, in place.
void activate(Gaussians& splats) {
  for (float& v : splats.opacity) v = 1 / (1 + std::exp(-v));
  for (auto& channel : splats.colour)
    for (float& v : channel) v = static_cast<float>(0.5 + kBand0 * static_cast<double>(v));
  auto& q = splats.rotation;
  for (std::size_t i = 0; i < splats.size(); ++i) {
    const double length = std::sqrt(static_cast<double>(q[0][i]) * q[0][i] + static_cast<double>(q[1][i]) * q[1][i] +
                                    static_cast<double>(q[2][i]) * q[2][i] + static_cast<double>(q[3][i]) * q[3][i]);
    // A quaternion of length 0 becomes NaN, and its splat is dropped.
    for (auto& part : q) part[i] = static_cast<float>(part[i] / length);
  }
}

LoadedSplats readGaussianPly(const ByteSource& source, const PlyHeader& header, const PlyElement& vertex,
                             const Progress& progress) {
  checkParts(source, vertex);
  const int degree = degreeOfColumns(source, vertex, vertex.countOf("f_rest_"));
  LoadedSplats loaded;
  loaded.variant = encodingName(header.encoding);
  loaded.promised = vertex.count;
  Gaussians& splats = loaded.splats;
  splats.resize(vertex.count, degree);
  std::vector<std::string> names{"x", "y", "z", "opacity"};
  std::vector<float*> columns{splats.position[0].data(), splats.position[1].data(), splats.position[2].data(),
                              splats.opacity.data()};
  const auto add = [&](const std::string& prefix, auto& arrays, int count) {
    for (int k = 0; k < count; ++k) {
      names.push_back(numbered(prefix, k));
      columns.push_back(arrays[static_cast<std::size_t>(k)].data());
    }
  };
  const int scales = vertex.countOf("scale_");
  add("f_dc_", splats.colour, 3);
  add("scale_", splats.logScale, scales);
  add("rot_", splats.rotation, 4);
  if (scales == 2) {
    std::fill(splats.logScale[2].begin(), splats.logScale[2].end(), -10.0F);
    loaded.notes.emplace_back(LS_TR("Two scales a splat (2D Gaussians): the third is set to e^-10."));
  }
  readPlyColumns(source, header, vertex, names, columns, progress);
  const int rest = 3 * splats.harmonicCount();
  if (rest > 0) {
    // Harmonics lie in blocks, so they pass through a buffer of one column (ascii) or one block of rows.
    if (header.encoding == PlyEncoding::Ascii) {
      std::vector<float> all(static_cast<std::size_t>(rest) * vertex.count);
      std::vector<std::string> restNames;
      std::vector<float*> restColumns;
      for (int k = 0; k < rest; ++k) {
        restNames.push_back(numbered("f_rest_", k));
        restColumns.push_back(all.data() + static_cast<std::size_t>(k) * vertex.count);
      }
      readPlyColumns(source, header, vertex, restNames, restColumns, progress);
      for (int k = 0; k < rest; ++k)
        for (std::size_t i = 0; i < vertex.count; ++i)
          splats.harmonic(i, 0, k) = restColumns[static_cast<std::size_t>(k)][i];
    } else {
      std::vector<float> column;
      std::vector<const PlyProperty*> properties;
      for (int k = 0; k < rest; ++k) {
        properties.push_back(vertex.find(numbered("f_rest_", k)));
        if (!properties.back())
          throw DataError(source.name(), "element vertex", "property " + numbered("f_rest_", k) + " expected");
      }
      forEachPlyBlock(source, header, vertex, progress, [&](std::size_t first, ByteView rows, std::size_t count) {
        column.resize(count);
        for (int k = 0; k < rest; ++k) {
          decodePlyColumn(header, vertex, *properties[static_cast<std::size_t>(k)], rows, column.data(), count);
          for (std::size_t i = 0; i < count; ++i) splats.harmonic(first + i, 0, k) = column[i];
        }
      });
    }
  }
  activate(splats);
  return loaded;
}

}  // namespace

int degreeOfColumns(const ByteSource& source, const PlyElement& element, int columns) {
  for (int degree = 0; degree <= 3; ++degree)
    if (columns == 3 * harmonicsOf(degree)) return degree;
  throw DataError(source.name(), "element " + element.name,
                  "f_rest has " + std::to_string(columns) + " columns; expected 0, 9, 24 or 45");
}

LoadedSplats readPly(const ByteSource& source, const Progress& progress) {
  const PlyHeader header = readPlyHeader(source);
  const PlyElement* vertex = header.find("vertex");
  if (!vertex) throw DataError(source.name(), "header", "an element called vertex expected");
  checkCount(source, header, *vertex);
  if (header.find("chunk") || vertex->find("packed_position")) return readCompressedPly(source, header, progress);
  if (vertex->countOf("scale_") + vertex->countOf("rot_") == 0) return readPointCloud(source, header, progress);
  return readGaussianPly(source, header, *vertex, progress);
}

Bytes encodePly(const Gaussians& splats, const WriteOptions& options) {
  const int degree = std::min(options.degree, splats.degree()), n = harmonicsOf(degree);
  std::string text = "ply\nformat binary_little_endian 1.0\nelement vertex " + std::to_string(splats.size()) + "\n";
  for (const char* name : {"x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"})
    text += std::string("property float ") + name + "\n";
  for (int k = 0; k < 3 * n; ++k) text += "property float f_rest_" + std::to_string(k) + "\n";
  for (const char* name : {"opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"})
    text += std::string("property float ") + name + "\n";
  text += "end_header\n";
  Bytes bytes;
  const std::size_t columns = static_cast<std::size_t>(17 + 3 * n);
  bytes.reserve(text.size() + splats.size() * columns * sizeof(float));
  append(bytes, text);
  std::vector<float> row(columns);
  for (std::size_t i = 0; i < splats.size(); ++i) {
    float* out = row.data();
    for (const auto& axis : splats.position) *out++ = axis[i];
    for (int k = 0; k < 3; ++k) *out++ = 0;  // normals
    for (const auto& channel : splats.colour)
      *out++ = static_cast<float>((static_cast<double>(channel[i]) - 0.5) / kBand0);
    for (int c = 0; c < 3; ++c)
      for (int j = 0; j < n; ++j) *out++ = splats.harmonic(i, c, j);
    const double opacity = std::clamp<double>(splats.opacity[i], kOpacityMargin, 1 - kOpacityMargin);
    *out++ = static_cast<float>(std::log(opacity / (1 - opacity)));
    for (const auto& axis : splats.logScale) *out++ = axis[i];
    for (const auto& part : splats.rotation) *out++ = part[i];
    append(bytes, std::as_bytes(std::span(row)));
  }
  return bytes;
}

}  // namespace learnscope::splats
