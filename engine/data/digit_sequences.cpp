// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/digit_sequences.h"

#include <algorithm>

#include "engine/core/errors.h"
#include "engine/data/glyph_digits.h"
#include "engine/data/idx_file.h"

namespace learnscope {

DigitSequences::DigitSequences(std::uint64_t seed, int images) {
  const std::size_t size = 28 * 28;
  pixels_.resize(static_cast<std::size_t>(images) * size);
  RandomStream random(seed, "digits");
  for (int i = 0; i < images; ++i) {
    labels_.push_back(i % 10);
    drawGlyph(i % 10, {}, random, std::span(pixels_).subspan(static_cast<std::size_t>(i) * size, size));
  }
}

DigitSequences::DigitSequences(const std::string& images, const std::string& labels) {
  const IdxImages read = readIdxImages(images);
  const std::vector<std::uint8_t> classes = readIdxLabels(labels);
  if (static_cast<int>(classes.size()) != read.count)
    throw DataError(
        labels, "byte 4",
        std::to_string(read.count) + " labels expected, as many as images; found " + std::to_string(classes.size()));
  const auto wrong = std::find_if(classes.begin(), classes.end(), [](std::uint8_t label) { return label > 9; });
  if (wrong != classes.end())
    throw DataError(labels, "byte " + std::to_string(8 + (wrong - classes.begin())),
                    "a label of 0 to 9 expected, found " + std::to_string(*wrong));
  if (read.count < 24)
    throw DataError(images, "byte 4", "at least 24 images expected, found " + std::to_string(read.count));
  for (const int side : {read.rows, read.columns})
    if (side < 4 || side > 64)
      throw DataError(images, "byte 8", "sides of 4 to 64 pixels expected, found " + std::to_string(side));
  rows_ = read.rows;
  columns_ = read.columns;
  labels_.assign(classes.begin(), classes.end());
  pixels_.resize(read.pixels.size());
  std::transform(read.pixels.begin(), read.pixels.end(), pixels_.begin(),
                 [](std::uint8_t value) { return static_cast<float>(value) / 255; });
}

void DigitSequences::draw(int trials, bool heldOut, RandomStream& random, TrialBatch& batch) const {
  const auto n = static_cast<std::uint64_t>(labels_.size()), training = n - n / 12;
  const auto columns = static_cast<std::size_t>(columns_), all = static_cast<std::size_t>(trials);
  batch.trials = trials;
  batch.steps = rows_;
  batch.inputs = columns_;
  batch.x.resize(all * static_cast<std::size_t>(rows_) * columns);
  batch.decision.resize(all);
  for (std::size_t i = 0; i < all; ++i) {
    const std::uint64_t image = heldOut ? training + random.below(n - training) : random.below(training);
    batch.decision[i] = labels_[image];
    const float* from = pixels_.data() + image * static_cast<std::size_t>(rows_) * columns;
    for (std::size_t t = 0; t < static_cast<std::size_t>(rows_); ++t)
      std::copy_n(from + t * columns, columns, batch.x.data() + (t * all + i) * columns);
  }
  batch.target = batch.decision;
}

}  // namespace learnscope
