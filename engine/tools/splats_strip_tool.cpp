// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "engine/measures/image_quality.h"
#include "engine/store/jpeg.h"
#include "engine/tools/splats_tools.h"

namespace learnscope {
namespace {

constexpr int kLargestSide = 16384, kSmallestTile = 11;

Parameter picture(const char* id, const char* title, const char* doc) {
  return {.id = id, .title = title, .type = ParameterType::File, .fallback = "", .doc = doc};
}

/// Square tile `index` of a strip, [3][side][side].
std::vector<float> tileOf(const PngImage& strip, int index) {
  const auto side = static_cast<std::size_t>(strip.height), width = static_cast<std::size_t>(strip.width);
  std::vector<float> tile;
  tile.reserve(3 * side * side);
  for (std::size_t row = 0; row < 3 * side; ++row) {
    const auto from =
        strip.rgb.begin() + static_cast<std::ptrdiff_t>(row * width + static_cast<std::size_t>(index) * side);
    tile.insert(tile.end(), from, from + static_cast<std::ptrdiff_t>(side));
  }
  return tile;
}

PngImage stripOf(const std::string& path) {
  PngImage strip = readPicture(path, kLargestSide);
  if (strip.width % strip.height != 0 || strip.height < kSmallestTile)
    throw DataError(path, "header",
                    "a strip of square tiles of at least 11 pixels expected, its width a multiple of its height, got " +
                        std::to_string(strip.width) + " x " + std::to_string(strip.height));
  return strip;
}

class SplatsStripTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats strip",
            .title = LS_TR("Image strips: compare"),
            .summary = LS_TR("Compare two strips of pictures, as the official PartRM code writes them, tile by tile"),
            .parameters = {picture("file", LS_TR("Strip"),
                                   LS_TR("PNG or JPEG: square pictures side by side, as many as width over height.")),
                           picture("other", LS_TR("True strip"), LS_TR("Of the same size."))},
            .inputs = {"file", "other"}};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const PngImage found = stripOf(arguments.text("file")), truth = stripOf(arguments.text("other"));
    if (found.width != truth.width || found.height != truth.height)
      throw DataError(arguments.text("other"), "header",
                      std::to_string(found.width) + " x " + std::to_string(found.height) +
                          " pixels expected, as the first strip has, got " + std::to_string(truth.width) + " x " +
                          std::to_string(truth.height));
    const int tiles = found.width / found.height;
    Json rows = Json::array();
    double psnr = 0, ssim = 0;
    for (int i = 0; i < tiles; ++i) {
      progress.report(static_cast<double>(i) / tiles, LS_TR("comparing pictures"));
      const std::vector<float> a = tileOf(found, i), b = tileOf(truth, i);
      const double signal = peakSignalToNoise(meanSquaredError(a, b)),
                   similar = structuralSimilarity(a, b, 3, found.height, found.height);
      rows.push_back({{"tile", i}, {"psnr", signal}, {"ssim", similar}});
      psnr += signal / tiles;
      ssim += similar / tiles;
    }
    return {
        {"tiles", tiles}, {"side", found.height}, {"meanPsnr", psnr}, {"meanSsim", ssim}, {"byTile", std::move(rows)}};
  }
};

}  // namespace

std::shared_ptr<const Tool> makeSplatsStripTool() { return std::make_shared<SplatsStripTool>(); }

}  // namespace learnscope
