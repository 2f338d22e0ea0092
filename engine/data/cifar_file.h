// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace learnscope {

/// Records of CIFAR-10's binary form: a label 0..9 and 32 x 32 pixels, all red ones, then green, then blue.
struct CifarImages {
  int count = 0;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> pixels;  ///< [count, 3, 32, 32]
};

/// Reads one .bin file of at most 256 MB. Refuses, naming the record, a size that is no multiple of 3073 bytes, an
/// empty file and a label above 9. Throws DataError, IoError.
CifarImages readCifar(const std::string& path);

}  // namespace learnscope
