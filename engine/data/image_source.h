// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/core/random_stream.h"

namespace learnscope {

/// Images of ten classes: built-in glyph digits, or those of the user's files.
class ImageSource {
 public:
  /// Glyphs of side x side pixels; see GlyphOptions.
  ImageSource(int side, double difficulty) : side_(side), difficulty_(difficulty) {}
  /// IDX images and labels (equally many), as MNIST's. Throws DataError, IoError.
  static ImageSource idx(const std::string& images, const std::string& labels);
  /// CIFAR-10's binary files, one after the other.
  static ImageSource cifar(const std::vector<std::string>& files);

  int side() const { return side_; }
  int channels() const { return channels_; }
  int inputs() const { return channels_ * side_ * side_; }
  /// How many images of a class there are; -1: as many as asked for.
  int available(int label) const;

  /// One image of class `label` turned by `degrees` counter-clockwise. Of a file it is image `number` of a fixed random
  /// order; glyphs are drawn anew. Turned pixels are interpolated bilinearly, with 0 outside.
  void draw(int label, int number, double degrees, RandomStream& random, std::span<float> pixels) const;
  /// Fixes the order in which a file's images are taken.
  void shuffle(RandomStream random);

 private:
  ImageSource() = default;
  void index(const std::vector<std::uint8_t>& labels, const std::string& file);
  void turn(const std::uint8_t* image, double degrees, std::span<float> pixels) const;

  int side_ = 0, channels_ = 1;
  double difficulty_ = 1;
  std::vector<std::uint8_t> pixels_;              ///< [images, channels, side, side]; empty: glyphs
  std::vector<std::vector<std::int64_t>> order_;  ///< images of each class
};

}  // namespace learnscope
