// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/labelled_images.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "engine/core/config.h"
#include "engine/store/png.h"

namespace learnscope {
namespace {

constexpr std::size_t kMost = 50000;
constexpr int kLeastPerClass = 8;
constexpr std::array<int, 5> kSides{8, 12, 16, 24, 32};

std::string entryName(std::size_t i) { return "entry " + std::to_string(i + 1); }

// Files stay inside the folder: a label file from a stranger must not make the program open others.
bool isPlainName(const std::string& name) {
  const std::filesystem::path path(name);
  return !name.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

void readEntry(const Json& entry, std::size_t i, const std::string& where, LabelledImages& to) {
  const auto refuse = [&](const std::string& expected) { throw DataError(where, entryName(i), expected); };
  if (!entry.is_object() || !entry.contains("file") || !entry["file"].is_string() || !entry.contains("concepts") ||
      !entry["concepts"].is_object())
    refuse("{\"file\": name, \"concepts\": {name: 0 or 1, ...}} expected");
  const Json& values = entry["concepts"];
  if (i == 0) {
    for (const auto& [name, unused] : values.items()) to.concepts.push_back(name);
    if (to.concepts.size() < 2 || to.concepts.size() > 3)
      refuse("2 or 3 concepts expected, got " + std::to_string(to.concepts.size()));
  }
  for (const auto& [name, unused] : values.items())
    if (std::find(to.concepts.begin(), to.concepts.end(), name) == to.concepts.end())
      refuse("unknown concept \"" + name + "\"; the first entry has " + nearestName(name, to.concepts));
  int number = 0;
  for (const std::string& name : to.concepts) {
    if (!values.contains(name)) refuse("concept \"" + name + "\" is missing");
    const Json& value = values[name];
    if (!value.is_number_integer() || (value != 0 && value != 1))
      refuse("concept \"" + name + "\" must be 0 or 1, got " + value.dump());
    number = 2 * number + value.get<int>();
  }
  const std::string file = entry["file"].get<std::string>();
  if (!isPlainName(file)) refuse("\"" + file + "\" is not a file of this folder");
  to.files.push_back(file);
  to.numbers.push_back(number);
}

void checkClasses(const LabelledImages& images, const std::string& where) {
  std::vector<int> counts(std::size_t{1} << images.concepts.size(), 0);
  for (const int number : images.numbers) ++counts[static_cast<std::size_t>(number)];
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] >= kLeastPerClass) continue;
    std::string digits;
    for (std::size_t i = images.concepts.size(); i-- > 0;) digits += (k >> i) & 1U ? '1' : '0';
    throw DataError(where, "class '" + digits + "'",
                    "at least 8 pictures a class expected, got " + std::to_string(counts[k]));
  }
}

std::string pathOf(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).string();
}

PngImage pictureOf(const std::string& path, bool headerOnly) {
  if (!std::filesystem::is_regular_file(path))
    throw DataError(path, "", "a PNG picture expected, but there is no such file");
  return readPng(path, kSides.back(), headerOnly);
}

}  // namespace

LabelledImages LabelledImages::index(const std::string& folder) {
  if (folder.empty()) throw ConfigError("/folder", "", "a folder with PNG pictures and labels.json is needed");
  const std::string where = pathOf(folder, "labels.json");
  const Json labels = parseJson(readFile(where, 16U << 20U), where);
  if (!labels.is_array() || labels.empty()) throw DataError(where, "", "a list of labelled pictures expected");
  if (labels.size() > kMost)
    throw DataError(where, "", "at most 50000 pictures expected, got " + std::to_string(labels.size()));
  LabelledImages images;
  for (std::size_t i = 0; i < labels.size(); ++i) readEntry(labels[i], i, where, images);
  checkClasses(images, where);
  const std::string first = pathOf(folder, images.files.front());
  const PngImage picture = pictureOf(first, true);
  if (picture.width != picture.height || std::find(kSides.begin(), kSides.end(), picture.width) == kSides.end())
    throw DataError(first, "",
                    "a square picture of side 8, 12, 16, 24 or 32 expected, got " + std::to_string(picture.width) +
                        " x " + std::to_string(picture.height));
  images.side = picture.width;
  return images;
}

LabelledImages LabelledImages::load(const std::string& folder, const Progress& progress) {
  LabelledImages images = index(folder);
  images.pixels.reserve(images.files.size() * static_cast<std::size_t>(3 * images.side * images.side));
  for (std::size_t i = 0; i < images.files.size(); ++i) {
    if (i % 64 == 0)
      progress.report(static_cast<double>(i) / static_cast<double>(images.files.size()), LS_TR("reading pictures"));
    const std::string path = pathOf(folder, images.files[i]);
    const PngImage picture = pictureOf(path, false);
    if (picture.width != images.side || picture.height != images.side)
      throw DataError(path, "",
                      "all pictures must be " + std::to_string(images.side) + " x " + std::to_string(images.side) +
                          ", this one is " + std::to_string(picture.width) + " x " + std::to_string(picture.height));
    images.pixels.insert(images.pixels.end(), picture.rgb.begin(), picture.rgb.end());
  }
  return images;
}

}  // namespace learnscope
