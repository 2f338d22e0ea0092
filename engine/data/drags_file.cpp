// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/drags_file.h"

#include <algorithm>
#include <cstdio>

#include "engine/store/json_place.h"
#include "engine/store/npy.h"

namespace learnscope {
namespace {

constexpr std::size_t kMostDrags = 64, kMostIndexBytes = std::size_t{64} << 20U;
constexpr int kViews = 8, kLargestSide = 16384, kMostParts = 1000;
constexpr double kFar = 1e6;

std::string pixelText(const std::array<double, 2>& place) {
  char text[64];
  std::snprintf(text, sizeof text, "(%.6g, %.6g)", place[0], place[1]);
  return text;
}

std::string sizeText(const std::array<int, 2>& size) { return std::to_string(size[0]) + "×" + std::to_string(size[1]); }

bool inside(const std::array<double, 2>& place, const std::array<int, 2>& size) {
  return place[0] >= 0 && place[1] >= 0 && place[0] <= size[0] && place[1] <= size[1];
}

std::array<double, 2> placeOf(const JsonPlace& drag, const char* end, const std::array<int, 2>& size, bool clamp,
                              std::size_t index) {
  const JsonPlace where = drag[end];
  const std::vector<double> v = where.numbers(2, kFar);
  std::array<double, 2> place{v[0], v[1]};
  if (clamp)
    for (std::size_t k = 0; k < 2; ++k) place[k] = std::clamp(place[k], 0.0, static_cast<double>(size[k]));
  if (!inside(place, size))
    throw DataError(drag.file(), "drag " + std::to_string(index),
                    std::string(end) + " " + pixelText(place) + " is outside " + sizeText(size));
  return place;
}

void checkPart(const std::string& file, const PictureDrags::Item& drag, const ObjectParts& parts, std::size_t index) {
  const std::string place = "drag " + std::to_string(index);
  if (drag.part == PictureDrags::kAnyPart) return;
  if (static_cast<std::size_t>(drag.part) >= parts.joints.size())
    throw DataError(file, place,
                    "part " + std::to_string(drag.part) + " is unknown; 0.." + std::to_string(parts.joints.size() - 1) +
                        " expected");
  if (parts.joints[static_cast<std::size_t>(drag.part)].type == Joint::Type::Fixed)
    throw DataError(file, place, "part " + std::to_string(drag.part) + " is fixed: a part with a joint expected");
}

}  // namespace

PictureDrags readDrags(const std::string& path, bool clamp, const ObjectParts* parts) {
  const Json json = readJsonFile(path);
  const JsonPlace root(path, json);
  PictureDrags drags;
  drags.view = static_cast<int>(root["view"].integer(0, kViews - 1));
  const std::vector<JsonPlace> sides = root["size"].list(2, 2);
  for (std::size_t k = 0; k < 2; ++k) drags.size[k] = static_cast<int>(sides[k].integer(1, kLargestSide));
  for (const JsonPlace& entry : root["drags"].list(1, kMostDrags)) {
    const std::size_t index = drags.drags.size();
    PictureDrags::Item drag;
    drag.start = placeOf(entry, "start", drags.size, clamp, index);
    drag.end = placeOf(entry, "end", drags.size, clamp, index);
    if (drag.start == drag.end)
      throw DataError(path, "drag " + std::to_string(index), "an end that is not the start " + pixelText(drag.start));
    if (entry.has("part")) drag.part = static_cast<int>(entry["part"].integer(0, kMostParts));
    if (parts) checkPart(path, drag, *parts, index);
    drags.drags.push_back(drag);
  }
  return drags;
}

void writeDrags(const std::string& path, const PictureDrags& drags) {
  Json list = Json::array();
  for (const PictureDrags::Item& drag : drags.drags) {
    list.push_back({{"start", drag.start}, {"end", drag.end}});
    if (drag.part != PictureDrags::kAnyPart) list.back()["part"] = drag.part;
  }
  writeJsonFile(path, {{"view", drags.view}, {"size", drags.size}, {"drags", std::move(list)}});
}

PictureDrags propagated(const PictureDrags& drags, const std::string& path) {
  const std::string bytes = readFile(path, kMostIndexBytes);
  const Array array = decodeNpy(std::as_bytes(std::span(bytes)), path);
  const auto& shape = array.shape();
  if (array.dtype() != DType::Int64 || shape.size() != 2 || shape[1] != 2 || shape[0] < 1)
    throw DataError(path, "header", "int64 of shape [n, 2] expected: row and column of each place");
  const auto places = array.as<std::int64_t>();
  const auto count = static_cast<std::size_t>(shape[0]);
  PictureDrags all = drags;
  all.drags.clear();
  const PictureDrags::Item& first = drags.drags.front();
  const std::array<double, 2> way{first.end[0] - first.start[0], first.end[1] - first.start[1]};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t row = places[2 * i], column = places[2 * i + 1];
    if (row < 0 || column < 0 || row >= drags.size[1] || column >= drags.size[0])
      throw DataError(
          path, "row " + std::to_string(i),
          "[" + std::to_string(row) + ", " + std::to_string(column) + "] is outside " + sizeText(drags.size));
  }
  const std::size_t kept = std::min(count, kMostDrags);
  for (std::size_t k = 0; k < kept; ++k) {
    const std::size_t i = k * count / kept;
    PictureDrags::Item drag;
    drag.start = {static_cast<double>(places[2 * i + 1]) + 0.5, static_cast<double>(places[2 * i]) + 0.5};
    drag.end = {drag.start[0] + way[0], drag.start[1] + way[1]};
    drag.part = first.part;
    all.drags.push_back(drag);
  }
  return all;
}

}  // namespace learnscope
