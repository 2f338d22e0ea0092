// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/json_place.h"

#include <cmath>

#include "engine/core/errors.h"
#include "engine/core/short_number.h"
#include "engine/store/atomic_file.h"

namespace learnscope {
namespace {

constexpr std::size_t kMostBytes = std::size_t{16} << 20U, kShown = 60;

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= kShown) return text;
  text.resize(kShown);
  return text.append("...");
}

}  // namespace

void JsonPlace::refuse(const std::string& expected) const {
  throw DataError(file_, place_.empty() ? "the whole" : place_, expected + " expected, found " + shown(*value_));
}

JsonPlace JsonPlace::within(const Json& value, const std::string& place) const {
  JsonPlace inner(file_, value);
  inner.place_ = place_;
  if (!place_.empty() && !place.starts_with('[')) inner.place_.append(".");
  inner.place_.append(place);
  return inner;
}

JsonPlace JsonPlace::operator[](const std::string& key) const {
  if (!value_->is_object()) refuse("an object");
  const auto found = value_->find(key);
  JsonPlace inner = within(found == value_->end() ? *value_ : *found, key);
  if (found == value_->end()) throw DataError(file_, inner.place_, "this key is missing");
  return inner;
}

std::vector<JsonPlace> JsonPlace::list(std::size_t least, std::size_t most) const {
  if (!value_->is_array() || value_->size() < least || value_->size() > most)
    refuse("a list of " + std::to_string(least) + " to " + std::to_string(most));
  std::vector<JsonPlace> entries;
  entries.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i)
    entries.push_back(within((*value_)[i], std::string("[").append(std::to_string(i)).append("]")));
  return entries;
}

double JsonPlace::number(double low, double high) const {
  const double value = value_->is_number() ? value_->get<double>() : std::nan("");
  if (!(value >= low && value <= high)) refuse("a number in [" + shortNumber(low) + ", " + shortNumber(high) + "]");
  return value;
}

std::int64_t JsonPlace::integer(std::int64_t low, std::int64_t high) const {
  const double value = value_->is_number() ? value_->get<double>() : std::nan("");
  if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) || value != std::floor(value))
    refuse("a whole number in " + std::to_string(low) + ".." + std::to_string(high));
  return static_cast<std::int64_t>(value);
}

std::vector<double> JsonPlace::numbers(std::size_t count, double limit) const {
  if (!value_->is_array() || value_->size() != count) refuse(std::to_string(count) + " numbers");
  std::vector<double> values;
  for (const JsonPlace& entry : list(count, count)) values.push_back(entry.number(-limit, limit));
  return values;
}

std::string JsonPlace::text() const {
  if (!value_->is_string()) refuse("a text");
  return value_->get<std::string>();
}

Json readJsonFile(const std::string& path) { return parseJson(readFile(path, kMostBytes), path); }

void writeJsonFile(const std::string& path, const Json& value) {
  AtomicFile file(path);
  file.write(value.dump(1, ' ', false, Json::error_handler_t::replace) + '\n');
  file.commit();
}

}  // namespace learnscope
