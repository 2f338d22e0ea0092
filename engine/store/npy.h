// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/core/array.h"

namespace learnscope {

/// numpy's .npy, version 1.0, little-endian, C order; `name` is said in errors. Reads also versions 2-3 and Fortran
/// order of the types that Array has. Checks the header against the bytes present before allocating. Throws DataError.
std::vector<std::byte> encodeNpy(const Array& array);
Array decodeNpy(std::span<const std::byte> bytes, const std::string& name);

/// numpy's .npz: a zip of .npy members; writes stored or deflated, reads both. Throws DataError, IoError.
void writeNpz(const std::string& path, const std::map<std::string, Array>& arrays);
std::map<std::string, Array> readNpz(const std::string& path);

}  // namespace learnscope
