// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/config.h"

namespace learnscope {

/// A value of a user's JSON file that knows its file and its place there ("drags[2].start"): whatever is not as
/// expected is a DataError that says both.
class JsonPlace {
 public:
  /// The whole of a file, at most 16 MB. `value` must outlive the places in it.
  JsonPlace(std::string file, const Json& value) : file_(std::move(file)), value_(&value) {}

  const std::string& file() const { return file_; }
  const std::string& place() const { return place_; }
  const Json& json() const { return *value_; }
  bool has(const std::string& key) const { return value_->is_object() && value_->contains(key); }
  /// An entry of an object, which must be there.
  JsonPlace operator[](const std::string& key) const;
  /// The entries of a list of `least` to `most`.
  std::vector<JsonPlace> list(std::size_t least, std::size_t most) const;
  /// A finite number in [low, high].
  double number(double low, double high) const;
  /// A whole number in [low, high].
  std::int64_t integer(std::int64_t low, std::int64_t high) const;
  /// A list of exactly `count` numbers in [-limit, limit].
  std::vector<double> numbers(std::size_t count, double limit) const;
  std::string text() const;
  [[noreturn]] void refuse(const std::string& expected) const;

 private:
  JsonPlace within(const Json& value, const std::string& place) const;
  std::string file_, place_;
  const Json* value_;
};

/// The JSON of a file of at most 16 MB. Throws DataError, IoError.
Json readJsonFile(const std::string& path);
/// Written whole or not at all. Throws IoError.
void writeJsonFile(const std::string& path, const Json& value);

}  // namespace learnscope
