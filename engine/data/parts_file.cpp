// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/parts_file.h"

#include <cmath>
#include <numbers>

#include "engine/store/json_place.h"

namespace learnscope {
namespace {

constexpr std::size_t kMostParts = 1000;
constexpr double kFar = 1e6, kLargestTurn = 2 * std::numbers::pi;
constexpr const char* kTypes[]{"fixed", "prismatic", "revolute"};

Coordinates vectorOf(const JsonPlace& place) {
  const std::vector<double> v = place.numbers(3, kFar);
  return {v[0], v[1], v[2]};
}

Joint jointOf(const JsonPlace& place) {
  Joint joint;
  const JsonPlace type = place["type"];
  const std::string name = type.text();
  if (name == kTypes[0]) return joint;
  if (name != kTypes[1] && name != kTypes[2]) type.refuse("fixed, prismatic or revolute");
  joint.type = name == kTypes[1] ? Joint::Type::Prismatic : Joint::Type::Revolute;
  joint.origin = vectorOf(place["origin"]);
  joint.axis = vectorOf(place["axis"]);
  const double length = std::hypot(joint.axis[0], joint.axis[1], joint.axis[2]);
  if (length < 1e-9) place["axis"].refuse("an axis with a length");
  for (double& value : joint.axis) value /= length;
  const double most = joint.type == Joint::Type::Revolute ? kLargestTurn : kFar;
  joint.low = place["low"].number(-most, most);
  joint.high = place["high"].number(-most, most);
  if (joint.low == joint.high) place.refuse("limits low and high that differ");
  return joint;
}

}  // namespace

ObjectParts readParts(const std::string& path, std::size_t gaussians) {
  const Json json = readJsonFile(path);
  const JsonPlace root(path, json);
  ObjectParts parts;
  for (const JsonPlace& entry : root["joints"].list(1, kMostParts)) parts.joints.push_back(jointOf(entry));
  const JsonPlace count = root["gaussians"];
  const auto wanted = static_cast<std::int64_t>(gaussians);
  if (count.integer(0, std::int64_t{1} << 32U) != wanted)
    count.refuse(std::to_string(gaussians) + ", as many as the object has,");
  const JsonPlace labels = root["labels"];
  for (const JsonPlace& run : labels.list(0, gaussians)) {
    const std::vector<JsonPlace> pair = run.list(2, 2);
    const auto part = static_cast<int>(pair[0].integer(0, static_cast<std::int64_t>(parts.joints.size()) - 1));
    const std::int64_t left = wanted - static_cast<std::int64_t>(parts.labels.size());
    parts.labels.insert(parts.labels.end(), static_cast<std::size_t>(pair[1].integer(1, left)), part);
  }
  if (parts.labels.size() != gaussians)
    throw DataError(path, "labels",
                    "a label for each of " + std::to_string(gaussians) + " Gaussians expected, found " +
                        std::to_string(parts.labels.size()));
  return parts;
}

void writeParts(const std::string& path, const ObjectParts& parts) {
  Json labels = Json::array();
  for (std::size_t first = 0, next = 0; first < parts.labels.size(); first = next) {
    while (next < parts.labels.size() && parts.labels[next] == parts.labels[first]) ++next;
    labels.push_back({parts.labels[first], next - first});
  }
  Json joints = Json::array();
  for (const Joint& joint : parts.joints) {
    const char* type = kTypes[static_cast<std::size_t>(joint.type)];
    if (joint.type == Joint::Type::Fixed)
      joints.push_back({{"type", type}});
    else
      joints.push_back(
          {{"type", type}, {"origin", joint.origin}, {"axis", joint.axis}, {"low", joint.low}, {"high", joint.high}});
  }
  writeJsonFile(path,
                {{"gaussians", parts.labels.size()}, {"labels", std::move(labels)}, {"joints", std::move(joints)}});
}

}  // namespace learnscope
