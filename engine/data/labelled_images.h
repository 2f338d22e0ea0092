// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/lab.h"

namespace learnscope {

/// A user's folder of PNG pictures with 2 or 3 binary concepts. Its labels.json is a list of
/// {"file": "a.png", "concepts": {"colour": 0, "size": 1}}; all pictures are squares of one side out of 8, 12, 16, 24
/// and 32, every class has at least 8, and there are at most 50 000.
struct LabelledImages {
  int side = 0;
  std::vector<std::string> concepts;  ///< names, in alphabetical order
  std::vector<std::string> files;
  std::vector<int> numbers;   ///< class of each picture: its concept values read as binary, the first concept first
  std::vector<float> pixels;  ///< [pictures][3][side][side], 0..1

  /// Labels, and the side of the first picture, without pixels. Throws DataError naming file and entry, or IoError.
  static LabelledImages index(const std::string& folder);
  /// The same with all pixels; nothing is loaded partially.
  static LabelledImages load(const std::string& folder, const Progress& progress);
};

}  // namespace learnscope
