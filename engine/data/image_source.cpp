// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/image_source.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "engine/core/errors.h"
#include "engine/data/cifar_file.h"
#include "engine/data/glyph_digits.h"
#include "engine/data/idx_file.h"

namespace learnscope {
namespace {

constexpr int classCount = 10;

}  // namespace

void ImageSource::index(const std::vector<std::uint8_t>& labels, const std::string& file) {
  order_.assign(classCount, {});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= classCount)
      throw DataError(file, "label " + std::to_string(i),
                      "0..9 expected, found " + std::to_string(static_cast<int>(labels[i])));
    order_[labels[i]].push_back(static_cast<std::int64_t>(i));
  }
}

ImageSource ImageSource::idx(const std::string& images, const std::string& labels) {
  IdxImages read = readIdxImages(images);
  const std::vector<std::uint8_t> classes = readIdxLabels(labels);
  if (classes.size() != static_cast<std::size_t>(read.count))
    throw DataError(labels, "byte 4",
                    std::to_string(read.count) + " images but " + std::to_string(classes.size()) + " labels");
  if (read.rows != read.columns)
    throw DataError(
        images, "byte 8",
        "square images expected, found " + std::to_string(read.rows) + " x " + std::to_string(read.columns));
  ImageSource source;
  source.side_ = read.rows;
  source.pixels_ = std::move(read.pixels);
  source.index(classes, labels);
  return source;
}

ImageSource ImageSource::cifar(const std::vector<std::string>& files) {
  ImageSource source;
  source.side_ = 32;
  source.channels_ = 3;
  std::vector<std::uint8_t> labels;
  for (const std::string& file : files) {
    const CifarImages read = readCifar(file);
    labels.insert(labels.end(), read.labels.begin(), read.labels.end());
    source.pixels_.insert(source.pixels_.end(), read.pixels.begin(), read.pixels.end());
  }
  source.index(labels, files.empty() ? std::string() : files.front());
  return source;
}

int ImageSource::available(int label) const {
  if (pixels_.empty()) return -1;
  return static_cast<int>(order_.at(static_cast<std::size_t>(label)).size());
}

void ImageSource::shuffle(RandomStream random) {
  for (std::vector<std::int64_t>& images : order_) {
    const std::vector<std::int64_t> places = random.shuffled(images.size());
    std::vector<std::int64_t> mixed;
    for (const std::int64_t place : places) mixed.push_back(images[static_cast<std::size_t>(place)]);
    images = std::move(mixed);
  }
}

void ImageSource::draw(int label, int number, double degrees, RandomStream& random, std::span<float> pixels) const {
  if (pixels_.empty()) {
    drawGlyph(label, {.size = side_, .difficulty = difficulty_, .rotation = degrees}, random, pixels);
    return;
  }
  const std::int64_t image = order_.at(static_cast<std::size_t>(label)).at(static_cast<std::size_t>(number));
  turn(pixels_.data() + image * inputs(), degrees, pixels);
}

// Each pixel is fetched from where the turn back puts it.
void ImageSource::turn(const std::uint8_t* image, double degrees, std::span<float> pixels) const {
  const double c = std::cos(degrees * std::numbers::pi / 180), s = std::sin(degrees * std::numbers::pi / 180);
  const double middle = (side_ - 1) / 2.0;
  const auto at = [this](const std::uint8_t* plane, int row, int column) {
    const bool inside = row >= 0 && row < side_ && column >= 0 && column < side_;
    return inside ? plane[row * side_ + column] / 255.0 : 0.0;
  };
  for (int channel = 0; channel < channels_; ++channel) {
    const std::uint8_t* plane = image + channel * side_ * side_;
    for (int row = 0; row < side_; ++row)
      for (int column = 0; column < side_; ++column) {
        const double x = column - middle, y = middle - row;
        const double fromColumn = c * x + s * y + middle, fromRow = middle - (c * y - s * x);
        const int left = static_cast<int>(std::floor(fromColumn)), top = static_cast<int>(std::floor(fromRow));
        const double u = fromColumn - left, v = fromRow - top;
        const double value = (1 - v) * ((1 - u) * at(plane, top, left) + u * at(plane, top, left + 1)) +
                             v * ((1 - u) * at(plane, top + 1, left) + u * at(plane, top + 1, left + 1));
        pixels[static_cast<std::size_t>((channel * side_ + row) * side_ + column)] = static_cast<float>(value);
      }
  }
}

}  // namespace learnscope
