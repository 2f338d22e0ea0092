// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace learnscope {

/// Images of one size, as in MNIST's IDX files.
struct IdxImages {
  int count = 0, rows = 0, columns = 0;
  std::vector<std::uint8_t> pixels;  ///< [count, rows, columns]
};

/// Reads an IDX file of unsigned bytes with three axes (images) or one (labels), plain or gzip (as MNIST is handed
/// out), at most 256 MB in either form. Refuses, naming the byte offset (after unpacking) and what is expected there,
/// another magic number, sizes of 0 or beyond the limit, and a file shorter or longer than its header says; a damaged
/// gzip file with the offset in the file. Throws DataError, IoError.
IdxImages readIdxImages(const std::string& path);
std::vector<std::uint8_t> readIdxLabels(const std::string& path);

}  // namespace learnscope
