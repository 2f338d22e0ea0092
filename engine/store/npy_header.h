// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/bytes.h"

namespace learnscope {

/// The header of numpy's .npy, in whatever type: a Python dictionary of descr, fortran_order and shape.
struct NpyHeader {
  std::string descr;  ///< "<f8", or the list of a structured type as it is written
  bool fortranOrder = false;
  std::vector<std::int64_t> shape;
  std::size_t dataOffset = 0;  ///< where the values begin
};

/// Version 1.0, padded so that the values begin at a multiple of 64. `descr` is written as it is, quotes included.
Bytes npyHeader(std::string_view descr, std::span<const std::int64_t> shape);
/// Reads versions 1.0, 2.0 and 3.0; throws DataError naming `name` and the byte.
NpyHeader readNpyHeader(ByteView bytes, const std::string& name);

}  // namespace learnscope
