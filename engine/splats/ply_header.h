// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/splats/byte_source.h"

namespace learnscope::splats {

enum class PlyType { Int8, UInt8, Int16, UInt16, Int32, UInt32, Float32, Float64 };
std::size_t sizeOf(PlyType type);

struct PlyProperty {
  std::string name;
  PlyType type = PlyType::Float32;
  bool list = false;
  std::size_t offset = 0;  ///< in a binary row; not meaningful behind a list
};

struct PlyElement {
  std::string name;
  std::uint64_t count = 0;
  std::vector<PlyProperty> properties;
  std::size_t stride = 0;  ///< bytes of a binary row without lists

  bool hasLists() const;
  /// Null if there is none of that name.
  const PlyProperty* find(const std::string& property) const;
  /// How many properties are called prefix0, prefix1, ... in any order.
  int countOf(const std::string& prefix) const;
};

enum class PlyEncoding { Ascii, LittleEndian, BigEndian };

struct PlyHeader {
  PlyEncoding encoding = PlyEncoding::LittleEndian;
  std::vector<PlyElement> elements;
  std::uint64_t dataOffset = 0;  ///< first byte after the header
  std::vector<std::string> comments;

  const PlyElement* find(const std::string& element) const;
  /// Where the rows of a binary element begin. Throws DataError when an element with lists comes before it.
  std::uint64_t offsetOf(const ByteSource& source, const PlyElement& element) const;
  /// Refuses a binary file whose size is not what the header promises (elements with lists, and those behind them,
  /// aside). Throws DataError: nothing has been allocated by then.
  void checkSize(const ByteSource& source) const;
};

/// Parses the header, at most 64 kB of it. Throws DataError naming the line.
PlyHeader readPlyHeader(const ByteSource& source);

/// `property` of the first `count` rows of `rows` (whole binary rows, one behind the other) as floats.
void decodePlyColumn(const PlyHeader& header, const PlyElement& element, const PlyProperty& property, ByteView rows,
                     float* out, std::size_t count);

}  // namespace learnscope::splats
