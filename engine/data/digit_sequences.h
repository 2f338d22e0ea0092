// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/trial_task.h"

namespace learnscope {

/// Digits read row by row: step t shows row t of an image, the class is asked for at the last step alone (sequential
/// MNIST by rows). A fixed pool of training images and one of held-out images for probes.
class DigitSequences {
 public:
  /// Glyph digits of size 28, drawn from `seed`.
  explicit DigitSequences(std::uint64_t seed, int images = 4000);
  /// Images and labels of the user (IDX); the last twelfth is held out. Throws DataError, IoError: also if the counts
  /// differ, a label exceeds 9, there are fewer than 24 images, or a side is not 4 to 64 pixels.
  DigitSequences(const std::string& images, const std::string& labels);

  int inputs() const { return columns_; }
  static constexpr int outputs() { return 10; }
  int steps() const { return rows_; }
  int count() const { return static_cast<int>(labels_.size()); }
  /// Draws with replacement from the training images, or from the held-out ones.
  void draw(int trials, bool heldOut, RandomStream& random, TrialBatch& batch) const;

 private:
  int rows_ = 28, columns_ = 28;
  std::vector<float> pixels_;  ///< [count, rows, columns], 0..1
  std::vector<std::int32_t> labels_;
};

}  // namespace learnscope
